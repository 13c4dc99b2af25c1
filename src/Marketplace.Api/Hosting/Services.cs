using FluentValidation;
using Marketplace.Api.Demo;
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
using Microsoft.IdentityModel.Tokens;

namespace Marketplace.Api.Hosting;

internal static class Services
{
    private const long MaxBodyBytes = 1024 * 1024;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    /// <summary>How far the clocks of issuer and API may be apart.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>How long after one look at the issuer's keys a token with an unknown one, or a forged one, has them looked at again.</summary>
    private static readonly TimeSpan KeysAgainAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long a key that the issuer has withdrawn may still be taken.</summary>
    private static readonly TimeSpan KeysKept = TimeSpan.FromMinutes(10);

    /// <summary>What the issuer signs with: never a secret that it shares with a client.</summary>
    private static readonly string[] Asymmetric = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    public static void AddMarketplace(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["Secrets:Folder"] is { Length: > 0 } folder)
        {
            builder.Configuration.AddKeyPerFile(folder, optional: false);
        }

        var settings = HostSettings.From(builder.Configuration, builder.Environment);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls("http://localhost:5080");
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        });
        Observability.Add(builder, settings.Role);
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(settings.Sandbox);
        services.AddSingleton(settings.Marketplace);
        services.AddSingleton(settings.Webhooks);
        services.AddMarketplaceApplication();
        services.AddMarketplaceInfrastructure(settings.Database, settings.Sandbox.Enabled, settings.Protection.KeyCertificate);
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
        services.AddProtection(settings);
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
                options.RefreshInterval = KeysAgainAfter;
                options.AutomaticRefreshInterval = KeysKept;
                options.TokenValidationParameters.ClockSkew = ClockSkew;
                options.TokenValidationParameters.ValidAlgorithms = Asymmetric;
                options.TokenValidationParameters.RoleClaimType = MarketClaims.Role;
                options.TokenValidationParameters.NameClaimType = MarketClaims.Actor;
                options.Events = new()
                {
                    OnTokenValidated = context =>
                    {
                        if (settings.RequiredScope is { } scope && !context.Principal!.FindAll("scope").Any(claim => claim.Value.Split(' ').Contains(scope)))
                        {
                            context.Fail("The token isn't for this scope.");
                        }

                        return Task.CompletedTask;
                    },
                };
            });

        // Else a key that the issuer has withdrawn would be good for another hour.
        services.PostConfigure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme, options => ((BaseConfigurationManager)options.ConfigurationManager!).UseLastKnownGoodConfiguration = false);
    }
}
