using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Marketplace.Infrastructure.Persistence;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>The product as a process of its own, as it is deployed, so that it can be killed at any instruction.</summary>
public sealed class ApiProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private ApiProcess(Process process, HttpClient http) => (_process, _http) = (process, http);

    public bool Lives => !_process.HasExited;

    public static async Task<ApiProcess> StartAsync(DatabaseSettings database)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Marketplace.Api.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = database.Provider.ToString(),
            ["Database__ConnectionString"] = database.ConnectionString,
            ["Sandbox__Enabled"] = "true",
            ["RateLimits__Enabled"] = "false",
            ["Logging__LogLevel__Default"] = "Warning",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var api = new ApiProcess(process, new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) });
        await api.SignInAsync();
        return api;
    }

    /// <summary>Moves the sandbox's clock.</summary>
    /// <returns>Whether it got there; false where the process died on the way.</returns>
    public async Task<bool> MoveClockAsync(DateTimeOffset to)
    {
        try
        {
            using var body = Party.Content(new JsonObject { ["now"] = MarketSetup.Wire(to) }.ToJsonString(), "application/json");
            using var answer = await _http.PutAsync("/v1/sandbox/clock", body);
            return answer.IsSuccessStatusCode ? true : throw new Xunit.Sdk.XunitException(await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL: no handler, no flush, no goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        _http.Dispose();
    }

    private async Task SignInAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var form = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials", ["client_id"] = "admin", ["client_secret"] = MarketplaceServer.AdminSecret,
                });
                using var answer = await _http.PostAsync("/connect/token", form);
                answer.EnsureSuccessStatusCode();
                var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access_token"]!.GetValue<string>();
                _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
                return;
            }
            catch (HttpRequestException) when (Lives && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
