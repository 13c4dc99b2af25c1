using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Marketplace.Benchmarks.Ingest;

/// <summary>What a sending process is told, on its stdin.</summary>
internal sealed record SenderOrder(Uri Address, string Token, Stream Stream, int First, int Batches, int BatchSize);

/// <summary>
/// A process of its own that sends a stream, a batch at a time: it makes the batches, says that it is ready, and sends when told.
/// </summary>
internal sealed class Sender : IDisposable
{
    private readonly Process _process;

    private Sender(Process process) => _process = process;

    public static async Task<Sender> StartAsync(SenderOrder order)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["ingest", "--sender"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(Sender).Assembly.Location);
        }

        var sender = new Sender(Process.Start(start)!);
        await sender._process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        return await sender._process.StandardOutput.ReadLineAsync() == "ready" ? sender : throw new InvalidOperationException("A sender didn't start.");
    }

    /// <summary>Sends all of it; every reading has to be accepted.</summary>
    public async Task RunAsync()
    {
        await _process.StandardInput.WriteLineAsync("go");
        if (await _process.StandardOutput.ReadLineAsync() is var said && said != "done")
        {
            throw new InvalidOperationException("A sender failed: " + said);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>The other side: what the process does.</summary>
    public static async Task<int> ServeAsync()
    {
        var order = JsonSerializer.Deserialize<SenderOrder>((await Console.In.ReadLineAsync())!)!;
        using var http = new HttpClient { BaseAddress = order.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", order.Token);
        var batches = Enumerable.Range(0, order.Batches).Select(i => order.Stream.Batch(order.First + (i * order.BatchSize), order.BatchSize)).ToList();
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadLineAsync();
        foreach (var batch in batches)
        {
            using var content = new ByteArrayContent(batch);
            content.Headers.ContentType = new("application/cloudevents-batch+json");
            using var answer = await http.PostAsync("/v1/usage", content);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode || JsonNode.Parse(text)!["accepted"]!.GetValue<int>() != order.BatchSize)
            {
                await Console.Out.WriteLineAsync(text[..Math.Min(text.Length, 500)]);
                return 1;
            }
        }

        await Console.Out.WriteLineAsync("done");
        return 0;
    }
}
