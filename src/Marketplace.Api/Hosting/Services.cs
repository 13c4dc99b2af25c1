using System.Threading.RateLimiting;
using FluentValidation;
using Marketplace.Api.Demo;
using Marketplace.Api.Endpoints;
using Marketplace.Api.Errors;
using Marketplace.Api.Http;
using Marketplace.Api.Sandbox;
using Marketplace.Application;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure;
using Marketplace.Infrastructure.Identity;
using MediatR;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Marketplace.Api.Hosting;

internal static class Services
{
    private const long MaxBodyBytes = 1024 * 1024;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    public static void AddMarketplace(this WebApplicationBuilder builder)
    {
        var settings = HostSettings.From(builder.Configuration, builder.Environment);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls("http://localhost:5080");
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        Observability.Add(builder, settings.Role);
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(settings.Sandbox);
        services.AddSingleton(settings.Marketplace);
        services.AddSingleton(settings.Webhooks);
        services.AddMarketplaceApplication();
        services.AddMarketplaceInfrastructure(settings.Database, settings.Sandbox.Enabled);
        if (settings.Demo)
        {
            services.AddSingleton<DemoClock>();
            services.AddSingleton<MarketClock>(provider => provider.GetRequiredService<DemoClock>());
            services.AddSingleton<DemoMarket>();
        }

        services.ConfigureHttpJsonOptions(options => MarketJson.Configure(options.SerializerOptions));
        services.AddExceptionHandler<Problems>();
        services.AddProblemDetails();
        services.AddAuthentication(settings, builder.Environment.IsDevelopment());
        services.AddAuthorization(Policies.Add);
        services.AddRateLimits(settings);
        services.AddOpenApi("v1", Documentation.Configure);
        services.AddHealthChecks().AddCheck<ReadyCheck>("ready");
        services.AddHttpContextAccessor();
        if (settings.Sandbox.Enabled)
        {
            services.AddScoped<IRequestHandler<MoveClock, ClockMovedAnswer>, MoveClockHandler>();
            services.AddScoped<IValidator<MoveClock>, MoveClockValidator>();
        }
        else if (settings.Role != ProcessRole.Api)
        {
            JobEngine.Add(services, settings);
        }
    }

    private static void AddAuthentication(this IServiceCollection services, HostSettings settings, bool development)
    {
        if (settings.Authority is null)
        {
            services.AddSessions(BearerTokenDefaults.AuthenticationScheme, development)
                .AddBearerToken(options => options.BearerTokenExpiration = TokenLifetime);
            return;
        }

        // The embedded options stay, so that the token service can be made; nobody gets to it.
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options =>
            {
                options.Authority = settings.Authority;
                options.Audience = settings.Audience;
                options.RequireHttpsMetadata = !settings.Authority.StartsWith("http://localhost", StringComparison.Ordinal)
                    && !settings.Authority.StartsWith("http://127.0.0.1", StringComparison.Ordinal);
                options.MapInboundClaims = false;
                options.TokenValidationParameters.ValidateAudience = settings.Audience is not null;
                options.TokenValidationParameters.RoleClaimType = MarketClaims.Role;
                options.TokenValidationParameters.NameClaimType = MarketClaims.Actor;
            });
    }

    /// <summary>
    /// Tokens by address, writes by caller. Generous for programs, and far below what would keep others from being served.
    /// </summary>
    private static void AddRateLimits(this IServiceCollection services, HostSettings settings) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            return ValueTask.CompletedTask;
        };
        options.AddPolicy(TokenEndpoint.RateLimit, http => !settings.RateLimits
            ? RateLimitPartition.GetNoLimiter("")
            : RateLimitPartition.GetTokenBucketLimiter(http.Connection.RemoteIpAddress?.ToString() ?? "", _ => new()
            {
                TokenLimit = 60,
                TokensPerPeriod = 10,
                ReplenishmentPeriod = TimeSpan.FromSeconds(10),
                QueueLimit = 0,
            }));
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            !settings.RateLimits || HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
                ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetTokenBucketLimiter(MarketClaims.ToCaller(http.User).Actor, _ => new()
                {
                    TokenLimit = 400,
                    TokensPerPeriod = 100,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
    });
}
