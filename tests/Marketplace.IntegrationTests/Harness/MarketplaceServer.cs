using System.Collections.Concurrent;
using System.Net;
using Marketplace.Infrastructure.Persistence;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>
/// The product, started in this process behind a real HTTP listener: sandbox on, demo off, no rate limits. Settings given are
/// laid over these.
/// </summary>
public sealed class MarketplaceServer : IAsyncDisposable
{
    public const string AdminSecret = ApiProcess.AdminSecret;

    /// <summary>Where the sandbox's clock starts: a Monday, 08:00 in Shanghai.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private readonly Factory _factory;

    private MarketplaceServer(TestDatabase database, Factory factory)
    {
        (Database, _factory) = (database, factory);
        factory.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        factory.StartServer();
        Http = new() { BaseAddress = factory.ClientOptions.BaseAddress };
        Admin = Nobody = new(this, "nobody", "", null);
    }

    public TestDatabase Database { get; }

    public HttpClient Http { get; }

    /// <summary>What was logged as an error or worse: a fault of the product's own.</summary>
    public IReadOnlyCollection<string> Faults => _factory.Faults;

    public IServiceProvider Services => _factory.Services;

    /// <summary>The platform's own client; nobody where another issuer's tokens are taken.</summary>
    public Party Admin { get; private set; }

    /// <summary>Sends no token.</summary>
    public Party Nobody { get; }

    /// <param name="database">Where its rows are.</param>
    /// <param name="settings">Laid over the harness's own.</param>
    /// <param name="services">Changes what the product is made of, to break it on purpose.</param>
    public static async Task<MarketplaceServer> StartAsync(
        TestDatabase database, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? services = null)
    {
        var server = new MarketplaceServer(database, new(database.Settings, settings ?? new Dictionary<string, string>(), services));
        if (settings?.ContainsKey("Identity:Authority") != true)
        {
            server.Admin = await server.SignInAsync("admin", "admin", AdminSecret, "");
        }

        return server;
    }

    public async Task<string> TokenAsync(string clientId, string secret)
    {
        using var answer = await RequestTokenAsync(clientId, secret);
        return (await Answer.OfAsync(answer, this)).Is(200)["access_token"];
    }

    public Task<HttpResponseMessage> RequestTokenAsync(string clientId, string secret) => Http.PostAsync("/connect/token", new FormUrlEncodedContent(
        new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = clientId, ["client_secret"] = secret }));

    public async Task<Party> SignInAsync(string name, string clientId, string secret, string organization) =>
        new(this, name, organization, await TokenAsync(clientId, secret)) { ClientId = clientId, ClientSecret = secret };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _factory.DisposeAsync();
    }

    private sealed class Factory(DatabaseSettings database, IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? services) : WebApplicationFactory<Program>
    {
        public ConcurrentQueue<string> Faults { get; } = new();

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment(Environments.Development);
            builder.UseSetting("urls", "http://127.0.0.1:0");
            builder.UseSetting("Database:Provider", database.Provider.ToString());
            builder.UseSetting("Database:ConnectionString", database.ConnectionString);
            builder.UseSetting("Database:MaxBatchSize", database.MaxBatchSize?.ToString());
            builder.UseSetting("Sandbox:Enabled", "true");
            builder.UseSetting("Sandbox:Now", Start.ToString("yyyy-MM-ddTHH:mm:ssZ"));
            builder.UseSetting("Demo:Enabled", "false");
            builder.UseSetting("RateLimits:Enabled", "false");
            builder.UseSetting("Bootstrap:AdminClientSecret", AdminSecret);
            foreach (var (name, value) in settings)
            {
                builder.UseSetting(name, value);
            }

            builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(new FaultLog(Faults)).SetMinimumLevel(LogLevel.Warning));
            builder.ConfigureServices(collection => services?.Invoke(collection));
        }
    }

    private sealed class FaultLog(ConcurrentQueue<string> faults) : ILoggerProvider, ILogger
    {
        /// <summary>EF logs each try to connect that failed, also to a database that is about to be made.</summary>
        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) ? NullLogger.Instance : this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                faults.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}

/// <summary>
/// The servers of one test class, one a database, each started when the first test asks for it. Its tests share what is in the
/// database; <see cref="MarketSetup.CapacityAsync"/> keeps them from buying each other's cards.
/// </summary>
public sealed class Servers(PostgresCluster postgres) : IAsyncDisposable
{
    private readonly Dictionary<DatabaseKind, MarketplaceServer> _servers = [];
    private readonly List<IAsyncDisposable> _made = [];

    public async Task<MarketplaceServer> OnAsync(DatabaseKind kind)
    {
        if (!_servers.TryGetValue(kind, out var server))
        {
            server = await StartAsync(await MakeDatabaseAsync(kind));
            _servers.Add(kind, server);
        }

        return server;
    }

    /// <summary>A server of the test's own on an empty database.</summary>
    public async Task<MarketplaceServer> FreshAsync(DatabaseKind kind, IReadOnlyDictionary<string, string>? settings = null) =>
        await StartAsync(await MakeDatabaseAsync(kind), settings);

    /// <summary>One more server, on a database that has one already: another process, as far as the product can tell.</summary>
    public async Task<MarketplaceServer> StartAsync(
        TestDatabase database, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? services = null)
    {
        var server = await MarketplaceServer.StartAsync(database, settings, services);
        _made.Add(server);
        return server;
    }

    public async Task<TestDatabase> MakeDatabaseAsync(DatabaseKind kind) => Keep(await TestDatabase.MakeAsync(kind, postgres));

    /// <summary>Deletes a database at the end that the test made itself.</summary>
    public TestDatabase Keep(TestDatabase database)
    {
        _made.Add(database);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        // Servers before the databases that they run on.
        _made.Reverse();
        foreach (var made in _made)
        {
            await made.DisposeAsync();
        }
    }
}
