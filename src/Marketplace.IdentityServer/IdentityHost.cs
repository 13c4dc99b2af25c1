using System.Threading.RateLimiting;
using Duende.IdentityServer.Models;
using Duende.IdentityServer.Validation;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure;
using Marketplace.Infrastructure.Hosting;
using Marketplace.Infrastructure.Identity;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Marketplace.IdentityServer;

/// <summary>Duende IdentityServer over the market's own accounts. What it knows of its own are programs that people sign in to, keys and grants.</summary>
public static class IdentityHost
{
    /// <summary>What tokens are for, and the scope that asks for it.</summary>
    public const string Audience = "marketplace";

    private const int MaxBodyBytes = 64 * 1024;
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(8);
    private static readonly string[] Claims = [MarketClaims.Role, MarketClaims.Organization, MarketClaims.Duty, MarketClaims.Stamp];

    /// <exception cref="InvalidOperationException">A setting is wrong; the message names it.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ApplicationName = typeof(IdentityHost).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory });
        if (builder.Configuration["Secrets:Folder"] is { Length: > 0 } folder)
        {
            builder.Configuration.AddKeyPerFile(folder, optional: false);
        }

        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls("http://localhost:5081");
        }

        builder.WebHost.ConfigureKestrel(kestrel => (kestrel.AddServerHeader, kestrel.Limits.MaxRequestBodySize) = (false, MaxBodyBytes));
        var (database, protection) = (DatabaseSettings.From(builder.Configuration), ProtectionSettings.From(builder.Configuration));
        var services = builder.Services;
        services.AddSingleton(protection);
        services.AddScoped<RequestContext>();
        services.AddMarketplaceAccounts(database, protection.KeyCertificate);
        services.AddForwarding(protection);
        services.AddRateLimits(protection);
        services.AddRazorPages();
        services.AddHealthChecks().AddCheck<ReadyCheck>("ready");
        services.AddTokens(builder.Configuration, database);

        var app = builder.Build();
        app.UseTransportProtection(protection);
        app.Use(Headers);
        app.UseExceptionHandler("/error");
        app.UseRouting();
        app.UseRateLimiter();
        app.UseIdentityServer();
        app.UseAuthorization();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        app.MapRazorPages();
        return app;
    }

    /// <summary>Makes the tables of keys and grants, or brings them up to date. Those of the market are the Api's to make.</summary>
    public static async Task PrepareAsync(WebApplication app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<OperationalDb>().Database.MigrateAsync(cancellationToken);
    }

    private static void AddTokens(this IServiceCollection services, IConfiguration configuration, DatabaseSettings database)
    {
        services.AddSingleton(new AppCatalogue(configuration));
        services.AddIdentityServer(options =>
            {
                options.LicenseKey = configuration["Identity:LicenseKey"];
                options.IssuerUri = configuration["Identity:Issuer"] is { Length: > 0 } issuer ? issuer : null;
                options.UserInteraction.LoginUrl = "/sign-in";
                options.UserInteraction.LogoutUrl = "/sign-out";
                options.UserInteraction.ErrorUrl = "/error";
                options.Authentication.CookieLifetime = SessionLifetime;

                // The way back from the page is a link of this site's, so that nothing needs a cookie which others' pages may send.
                options.Authentication.CookieSameSiteMode = SameSiteMode.Lax;

                // Keys stand in the database, encrypted by the key ring that is there too.
                options.KeyManagement.SigningAlgorithms = [new("RS256")];
            })
            .AddOperationalStore<OperationalDb>(options =>
            {
                options.ConfigureDbContext = db => database.Configure(db, migrations: typeof(OperationalDb).Assembly.GetName().Name);
                options.EnableTokenCleanup = true;
                OperationalDb.NameTables(options);
            })
            .AddInMemoryIdentityResources([new IdentityResources.OpenId()])
            .AddInMemoryApiScopes([new ApiScope(Audience)])
            .AddInMemoryApiResources([new ApiResource(Audience, Claims) { Scopes = { Audience } }])
            .AddClientStore<Clients>()
            .AddCorsPolicyService<AppOrigins>()
            .AddProfileService<People>();

        // A secret that isn't an account's is nobody's.
        services.RemoveAll<ISecretValidator>();
        services.AddTransient<ISecretValidator, AccountSecrets>();
    }

    /// <summary>By address: whoever signs in isn't known yet. Accounts lock by themselves.</summary>
    private static void AddRateLimits(this IServiceCollection services, ProtectionSettings protection) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            return ValueTask.CompletedTask;
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => protection.RateLimits
            ? RateLimitPartition.GetTokenBucketLimiter(
                http.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new() { TokenLimit = 120, TokensPerPeriod = 4, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 })
            : RateLimitPartition.GetNoLimiter(""));
    });

    /// <summary>
    /// The pages run nothing and load nothing, and no other site shows them in a frame. Where a form may lead isn't limited: browsers
    /// hold the way back to the program, which is on another site, against it.
    /// </summary>
    private static Task Headers(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers.TryAdd("Referrer-Policy", "no-referrer");
            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
            }

            return Task.CompletedTask;
        });
        return next(http);
    }
}
