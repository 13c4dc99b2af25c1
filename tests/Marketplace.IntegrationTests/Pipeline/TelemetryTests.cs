using System.Collections.Concurrent;
using System.Text;
using Marketplace.IntegrationTests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>What a collector gets of a process: spans of one request under one trace, metrics of the business, logs.</summary>
public sealed class TelemetryTests(Servers servers) : IClassFixture<Servers>
{
    [Fact]
    public async Task Spans_metrics_and_logs_are_sent_where_the_setting_says()
    {
        await using var collector = await Collector.StartAsync();
        var database = await servers.MakeDatabaseAsync(DatabaseKind.Sqlite);
        await using (var process = await ApiProcess.StartAsync(database.Settings, new Dictionary<string, string>
        {
            ["Role"] = "all",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
        }))
        {
            using var http = new HttpClient { BaseAddress = process.Address };
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "admin", ["client_secret"] = ApiProcess.AdminSecret });
            using var token = await http.PostAsync("/connect/token", form);
            http.DefaultRequestHeaders.Authorization = new("Bearer", (await Answer.OfAsync(token, null)).Is(200)["access_token"]);
            using var jobs = await http.GetAsync("/v1/jobs");
            jobs.EnsureSuccessStatusCode();
            await collector.WaitForAsync("/v1/traces", "ListJobs", "SELECT", "/v1/jobs");
            await collector.WaitForAsync("/v1/metrics", "marketplace.request.duration", "marketplace.job.overdue", "marketplace.audit.unsealed", "marketplace.legs.running", "http.server.request.duration");
            await collector.WaitForAsync("/v1/logs", "Now listening on");
        }

        Assert.DoesNotContain(collector.Received, entry => entry.Body.Contains(ApiProcess.AdminSecret, StringComparison.Ordinal));
    }

    /// <summary>Keeps what is posted to it. Names in protocol buffers stand as they are, which is enough to look for them.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        public ConcurrentBag<(string Path, string Body)> Received { get; } = [];

        public string Address => app.Urls.First();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(async http =>
            {
                using var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body);
                collector.Received.Add((http.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
            });
            await app.StartAsync();
            return collector;
        }

        public async Task WaitForAsync(string path, params string[] names)
        {
            using var late = new CancellationTokenSource(Patience);
            while (names.FirstOrDefault(name => !Received.Any(entry => entry.Path == path && entry.Body.Contains(name, StringComparison.Ordinal))) is { } missing)
            {
                Assert.False(late.IsCancellationRequested, $"{missing} didn't come to {path}.");
                await Task.Delay(100);
            }
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
