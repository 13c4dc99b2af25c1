using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marketplace.Agent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.UnitTests.Agent;

/// <summary>Sending against an API that fails in every way there is, by a process that dies between any two steps.</summary>
public sealed class SenderTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_sample_is_accepted_once_whatever_fails()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        var api = new FlakyApi(random, key);
        var settings = Settings(("BatchSize", "7"), ("KeyFile", Path.Combine(_folder, "key.pem")));
        const int samples = 300;
        for (var taken = 0; taken < samples || api.Accepted.Count < (samples - 1) * 2;)
        {
            // A process: some samples, some sending, its end at some failure.
            using var spool = new Spool(_folder, 1 << 30);
            Assert.Equal(taken, spool.Last is { } last ? (int)(last.At - Start).TotalMinutes + 1 : 0);
            for (var more = random.Next(10); more > 0 && taken < samples; more--)
            {
                Assert.True(spool.TryAppend(new(Start.AddMinutes(taken++), [new(0, 50, 300, Healthy: true), new(1, null, null, Healthy: true)])));
            }

            // Now and then somebody or the disk has spoilt what stands beside the spool.
            foreach (var file in new[] { "position.json", "batch.json" }.Select(name => Path.Combine(_folder, name)).Where(file => File.Exists(file) && random.Next(25) == 0))
            {
                await File.WriteAllTextAsync(file, new[] { "", "{", "null", "[]", "{\"segment\":9,\"offset\":7}" }[random.Next(5)]);
            }

            using var market = new MarketApi(new(api, disposeHandler: false) { BaseAddress = settings.Api }, settings, TimeProvider.System);
            var sender = Sender(settings, spool, market);
            try
            {
                while (await sender.SendNextAsync(CancellationToken.None))
                {
                    // On to the next batch.
                }
            }
            catch (ApiException)
            {
                // So it goes.
            }
        }

        var expected = Enumerable.Range(1, samples - 1).SelectMany(i => new[] { 0, 1 }.Select(card => $"leg.{card}.{Start.AddMinutes(i - 1).ToUnixTimeSeconds()}"));
        Assert.True(expected.Order().SequenceEqual(api.Accepted.Keys.Order()), $"seed {seed}");
        Assert.Empty(api.Conflicts);
        Assert.True(api.Duplicates > 0, $"seed {seed}: nothing was ever sent again");
        Assert.False(File.Exists(Path.Combine(_folder, "refused.jsonl")));
    }

    [Fact]
    public async Task What_is_refused_is_written_down_and_not_sent_again()
    {
        var api = new StubApi("""{"accepted":0,"duplicates":0,"conflicts":[{"code":"usage.conflict","index":0}],"rejected":[{"code":"usage.outside_leg","detail":"d","index":1}]}""");
        using var spool = Spooled();
        using var market = new MarketApi(new(api) { BaseAddress = new("http://localhost/") }, Settings(), TimeProvider.System);

        Assert.True(await Sender(Settings(), spool, market).SendNextAsync(CancellationToken.None));
        Assert.False(await Sender(Settings(), spool, market).SendNextAsync(CancellationToken.None));

        var refused = (await File.ReadAllLinesAsync(Path.Combine(_folder, "refused.jsonl"))).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["usage.conflict leg.0." + Start.ToUnixTimeSeconds(), "usage.outside_leg leg.1." + Start.ToUnixTimeSeconds()],
            refused.Select(line => $"{line.GetProperty("code").GetString()} {line.GetProperty("event").GetProperty("id").GetString()}"));
    }

    [Theory]
    [InlineData("usage.unknown_meter")]
    [InlineData("usage.future")]
    public async Task What_will_pass_is_kept_and_tried_again(string code)
    {
        var api = new StubApi($$"""{"accepted":0,"duplicates":0,"conflicts":[],"rejected":[{"code":"{{code}}","index":0},{"code":"{{code}}","index":1}]}""");
        using var spool = Spooled();
        using var market = new MarketApi(new(api, disposeHandler: false) { BaseAddress = new("http://localhost/") }, Settings(), TimeProvider.System);
        await Assert.ThrowsAsync<ApiException>(() => Sender(Settings(), spool, market, Start).SendNextAsync(CancellationToken.None));

        api.Verdicts = """{"accepted":2,"duplicates":0,"conflicts":[],"rejected":[]}""";
        Assert.True(await Sender(Settings(), spool, market, Start).SendNextAsync(CancellationToken.None));
        Assert.False(File.Exists(Path.Combine(_folder, "refused.jsonl")));
    }

    [Fact]
    public void Waits_grow_by_chance_and_keep_to_what_is_asked_for()
    {
        using var spool = Spooled();
        using var market = new MarketApi(new() { BaseAddress = new("http://localhost/") }, Settings(), TimeProvider.System);
        var sender = Sender(Settings(), spool, market);

        Assert.All(Enumerable.Range(0, 40), i => Assert.InRange(sender.Wait(i, null), TimeSpan.Zero, TimeSpan.FromMinutes(5)));
        Assert.InRange(sender.Wait(0, null), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.True(Enumerable.Range(0, 50).Select(_ => sender.Wait(9, null)).Distinct().Count() > 10);
        Assert.InRange(sender.Wait(0, TimeSpan.FromSeconds(90)), TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(90));
        Assert.Equal(TimeSpan.FromHours(1), sender.Wait(0, TimeSpan.FromDays(9)));
    }

    [Fact]
    public void Every_wrong_setting_is_named()
    {
        var wrong = Assert.Throws<SettingsException>(() => Settings(("Api", "http://market.example/"), ("Interval", "0"), ("BatchSize", "x"), ("ClientId", null), ("File", "/f"), ("Command:0", "c")));
        foreach (var name in (string[])["Api", "Interval", "BatchSize", "ClientId", "File and Command"])
        {
            Assert.Contains(name, wrong.Message, StringComparison.Ordinal);
        }
    }

    private Spool Spooled()
    {
        var spool = new Spool(_folder, 1 << 30);
        Assert.True(spool.TryAppend(new(Start, [])));
        Assert.True(spool.TryAppend(new(Start.AddMinutes(1), [])));
        return spool;
    }

    private Sender Sender(AgentSettings settings, Spool spool, MarketApi api, DateTimeOffset? now = null) =>
        new(settings, spool, new(_folder), api, now is { } at ? new FixedTime(at) : TimeProvider.System, NullLogger<Sender>.Instance);

    private AgentSettings Settings(params (string Name, string? Value)[] others) => AgentSettings.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Api"] = "http://localhost:1",
        ["ClientId"] = "c",
        ["ClientSecret"] = "s",
        ["CenterId"] = "center",
        ["Node"] = "n-1",
        ["MeterId"] = "m",
        ["MeterSource"] = "urn:m",
        ["Folder"] = _folder,
    }).AddInMemoryCollection(others.ToDictionary(setting => setting.Name, setting => setting.Value)).Build());

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    /// <summary>Answers what it is told to.</summary>
    private class StubApi(string verdicts) : HttpMessageHandler
    {
        public string Verdicts { get; set; } = verdicts;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Json(request.RequestUri!.AbsolutePath switch
        {
            "/connect/token" => """{"access_token":"t","expires_in":3600}""",
            "/v1/usage" => await JudgeAsync(request),
            _ => $$"""{"items":[{"id":"leg","cards":[{{string.Join(',', new[] { 0, 1 }.Select(card => $$"""{"card":{{card}},"milli":1000,"from":"{{Start:O}}","to":"{{Start.AddDays(1):O}}"}"""))}}]}],"next":null}""",
        });

        protected virtual Task<string> JudgeAsync(HttpRequestMessage request) => Task.FromResult(Verdicts);

        private static HttpResponseMessage Json(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
    }

    /// <summary>Keeps readings by their id as the real one does, and fails before or after it did.</summary>
    private sealed class FlakyApi(Random random, ECDsa key) : StubApi("")
    {
        public Dictionary<string, string> Accepted { get; } = [];

        public List<string> Conflicts { get; } = [];

        public int Duplicates { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (random.Next(5) == 0)
            {
                return new((HttpStatusCode)new[] { 401, 429, 500, 503 }[random.Next(4)]);
            }

            var answer = await base.SendAsync(request, cancellationToken);
            return random.Next(4) == 0 ? throw new HttpRequestException("The connection broke.") : answer;
        }

        protected override async Task<string> JudgeAsync(HttpRequestMessage request)
        {
            var body = await request.Content!.ReadAsByteArrayAsync();
            Assert.True(key.VerifyData(body, Convert.FromBase64String(request.Headers.GetValues("Meter-Signature").Single()), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            var (accepted, duplicates) = (0, 0);
            foreach (var reading in JsonDocument.Parse(body).RootElement.EnumerateArray())
            {
                var (id, content) = (reading.GetProperty("id").GetString()!, reading.GetProperty("data").GetRawText());
                if (Accepted.TryAdd(id, content))
                {
                    accepted++;
                }
                else
                {
                    duplicates++;
                    Conflicts.AddRange(Accepted[id] == content ? [] : [id]);
                }
            }

            Duplicates += duplicates;
            return $$"""{"accepted":{{accepted}},"duplicates":{{duplicates}},"conflicts":[],"rejected":[]}""";
        }
    }
}
