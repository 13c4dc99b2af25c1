using System.Security.Cryptography.X509Certificates;
using Marketplace.Application;
using Marketplace.Application.Metering;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Identity;
using Marketplace.Infrastructure.Metering;
using Marketplace.Infrastructure.Persistence;
using Marketplace.Infrastructure.Webhooks;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Marketplace.Infrastructure;

public static class DependencyInjection
{
    /// <summary>What touches the world: the database, the clock, keys and accounts.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="database">Which database.</param>
    /// <param name="sandbox">Whether the market's clock is one that a caller moves.</param>
    /// <param name="keyCertificate">Encrypts the keys in the database; they lie there in the clear without it.</param>
    public static IServiceCollection AddMarketplaceInfrastructure(this IServiceCollection services, DatabaseSettings database, bool sandbox, X509Certificate2? keyCertificate = null)
    {
        services.AddMarketplaceAccounts(database, keyCertificate);
        services.AddSingleton<SandboxClock>();
        services.AddSingleton<MarketClock>(provider => sandbox ? provider.GetRequiredService<SandboxClock>() : new MarketClock());
        services.AddScoped<IMarketplaceDb>(provider => provider.GetRequiredService<MarketplaceDbContext>());
        services.AddSingleton<SqliteWriteQueue>();
        services.AddScoped<IUnitOfWork, UnitOfWork>();
        services.AddScoped<IReadingStore, ReadingStore>();
        services.AddScoped<DatabaseSetup>();
        services.AddSingleton<IWebhookSender, WebhookSender>();
        services.AddSingleton<ISecretBox, SecretBox>();
        services.AddScoped<ClientRegistry>();
        services.AddScoped<IPeopleRegistry, PeopleRegistry>();
        services.AddScoped<IClientRegistry>(provider => provider.GetRequiredService<ClientRegistry>());
        return services;
    }

    /// <summary>The database, its keys and who signs in: all that a process needs which issues tokens and does nothing else.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="database">Which database.</param>
    /// <param name="keyCertificate">Encrypts the keys in the database; they lie there in the clear without it.</param>
    public static IServiceCollection AddMarketplaceAccounts(this IServiceCollection services, DatabaseSettings database, X509Certificate2? keyCertificate = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        services.AddSingleton(database);
        services.AddSingleton(TimeProvider.System);
        services.AddDbContext<MarketplaceDbContext>(options =>
        {
            database.Configure(options);
            options.AddInterceptors(CommandSpans.Instance);
        });
        var protection = services.AddDataProtection().SetApplicationName("Marketplace");
        if (keyCertificate is not null)
        {
            protection.ProtectKeysWithCertificate(keyCertificate);
        }

        services.AddSingleton<IXmlRepository, KeyRing>();
        services.AddOptions<KeyManagementOptions>().Configure<IXmlRepository>((options, repository) => options.XmlRepository = repository);
        services.AddIdentityCore<Person>(options =>
        {
            options.Password.RequiredLength = 12;
            options.Password.RequireNonAlphanumeric = false;
            options.User.RequireUniqueEmail = true;
            options.Lockout.MaxFailedAccessAttempts = 5;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
        }).AddEntityFrameworkStores<MarketplaceDbContext>();
        services.AddScoped<IPasswordHasher<ApiClient>, PasswordHasher<ApiClient>>();
        services.AddScoped(provider => new TokenService(
            provider.GetRequiredService<MarketplaceDbContext>(), provider.GetRequiredService<IPasswordHasher<ApiClient>>(),
            provider.GetRequiredService<UserManager<Person>>(), provider.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
