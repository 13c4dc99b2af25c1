using Marketplace.Api.Demo;
using Marketplace.Api.Endpoints;
using Marketplace.Api.Errors;
using Marketplace.Api.Http;
using Marketplace.Api.Sandbox;
using Marketplace.Application.Organizations;
using Marketplace.Infrastructure.Hosting;
using Marketplace.Infrastructure.Persistence;

namespace Marketplace.Api.Hosting;

internal static partial class Startup
{
    /// <summary>Makes the database ready, before anything is answered or any job looked at.</summary>
    public static async Task PrepareAsync(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<HostSettings>();
        DateTimeOffset? sandboxNow = settings.Sandbox.Enabled ? settings.Sandbox.Now ?? TimeProvider.System.GetUtcNow() : null;
        await using var scope = app.Services.CreateAsyncScope();
        var setup = scope.ServiceProvider.GetRequiredService<DatabaseSetup>();
        await setup.MigrateAsync(CancellationToken.None);
        if (settings.Demo && await setup.IsEmptyAsync(CancellationToken.None))
        {
            await SeedAsync(app.Services, setup);
        }
        else
        {
            Tell(await setup.RunAsync(sandboxNow, CancellationToken.None), []);
        }

        DatabaseReady(app.Logger, settings.Database.Describe());

        app.Lifetime.ApplicationStarted.Register(() => Listening(app.Logger, app.Urls.FirstOrDefault() ?? ""));
    }

    /// <summary>Sets the time back to where the demo market begins, and plays it up to now.</summary>
    private static async Task SeedAsync(IServiceProvider services, DatabaseSetup setup)
    {
        var demo = services.GetRequiredService<DemoMarket>();
        var clock = services.GetRequiredService<DemoClock>();
        var now = clock.GetUtcNow();
        using (clock.SetBack(demo.Beginning(now)))
        {
            Tell(await setup.RunAsync(sandboxNow: null, CancellationToken.None), await demo.SeedAsync(now));
        }
    }

    /// <summary>To the terminal and not the log: it is told once, and logs are kept.</summary>
    private static void Tell(string? adminSecret, IReadOnlyList<PersonAnswer> logins)
    {
        if (adminSecret is not null)
        {
            Console.Out.WriteLine($"\nClient admin, secret {adminSecret} (told this once)\n");
        }

        if (logins.Count > 0)
        {
            Console.Out.WriteLine($"Demo market made. Its logins (passwords are told this once):");
            Console.Out.WriteLine(string.Concat(logins.Select(login => $"  {login.UserName,-24} {login.Password}\n")));
        }
    }

    public static void MapMarketplace(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<HostSettings>();
        app.UseTransportProtection(settings.Protection);
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.WriteForStatusAsync(context.HttpContext));
        app.UseOverloadProtection();
        if (settings.Role != ProcessRole.Worker)
        {
            // Before authorization, which asks for a token wherever there is no endpoint that says otherwise.
            app.UseSwaggerUI(page =>
            {
                page.RoutePrefix = "docs";
                page.SwaggerEndpoint("/openapi/v1.json", "v1");
                page.DocumentTitle = "Compute-voucher marketplace";
            });
            app.UseConsole(settings.Authority);
        }

        app.UseCallers(settings);
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        if (settings.Role == ProcessRole.Worker)
        {
            return;
        }

        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapGet("/", async (MarketplaceDbContext db, CancellationToken token) => Results.Content(
                FrontPage.Html(
                    settings.Database.Describe(), app.Environment.IsDevelopment(), app.Environment.IsDevelopment() ? await DemoLogins.NamesAsync(db, token) : []),
                "text/html; charset=utf-8"))
            .AllowAnonymous().ExcludeFromDescription();
        if (settings.Authority is null)
        {
            app.MapTokens();
        }

        app.MapSessions(settings);
        app.MapOrganizations();
        app.MapWebhooks();
        app.MapMarket();
        app.MapMetering();
        app.MapVouchers();
        app.MapBilling();
        app.MapLedger();
        app.MapAudit();
        app.MapProposals();
        app.MapJobs();
        JobEngine.MapDashboard(app, settings);
        if (settings.Sandbox.Enabled)
        {
            app.MapSandbox();
        }
    }

    /// <summary>Finds out where a request goes and who sent it, and whether that may be.</summary>
    private static void UseCallers(this WebApplication app, HostSettings settings)
    {
        app.UseRouting();
        app.UseRequestTimeouts();
        if (settings.Protection.Origins.Count > 0)
        {
            app.UseCors();
        }

        app.UseAuthentication();
        app.UseMiddleware<RevokedTokens>();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseSessionGuard();
        app.UseMiddleware<RequestContextMiddleware>();
    }

    [LoggerMessage(LogLevel.Information, "Database ready: {Database}")]
    private static partial void DatabaseReady(ILogger logger, string database);

    [LoggerMessage(LogLevel.Information, "Console at {Address}, documentation at {Address}/docs")]
    private static partial void Listening(ILogger logger, string address);
}
