using Marketplace.Api.Endpoints;
using Marketplace.Api.Errors;
using Marketplace.Api.Http;
using Marketplace.Api.Sandbox;
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
        var secret = await scope.ServiceProvider.GetRequiredService<DatabaseSetup>().RunAsync(sandboxNow, CancellationToken.None);
        DatabaseReady(app.Logger, settings.Database.Describe());
        if (secret is not null)
        {
            // To the terminal and not the log: it is told once, and logs are kept.
            await Console.Out.WriteLineAsync($"\nClient admin, secret {secret} (told this once)\n");
        }

        app.Lifetime.ApplicationStarted.Register(() => Listening(app.Logger, app.Urls.FirstOrDefault() ?? ""));
    }

    public static void MapMarketplace(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<HostSettings>();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.WriteForStatusAsync(context.HttpContext));
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseMiddleware<RequestContextMiddleware>();

        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        if (settings.Role == ProcessRole.Worker)
        {
            return;
        }

        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.SwaggerEndpoint("/openapi/v1.json", "v1");
            page.DocumentTitle = "Compute-voucher marketplace";
        });
        app.MapGet("/", () => Results.Content(FrontPage.Html(settings.Database.Describe(), app.Environment.IsDevelopment()), "text/html; charset=utf-8"))
            .AllowAnonymous().ExcludeFromDescription();
        if (settings.Authority is null)
        {
            app.MapTokens();
        }

        app.MapOrganizations();
        app.MapMarket();
        app.MapMetering();
        app.MapVouchers();
        app.MapBilling();
        app.MapLedger();
        app.MapAudit();
        app.MapJobs();
        if (settings.Sandbox.Enabled)
        {
            app.MapSandbox();
        }
    }

    [LoggerMessage(LogLevel.Information, "Database ready: {Database}")]
    private static partial void DatabaseReady(ILogger logger, string database);

    [LoggerMessage(LogLevel.Information, "Documentation at {Address}/docs")]
    private static partial void Listening(ILogger logger, string address);
}
