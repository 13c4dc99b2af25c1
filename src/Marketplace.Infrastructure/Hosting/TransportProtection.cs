using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using IPNetwork = System.Net.IPNetwork;

namespace Marketplace.Infrastructure.Hosting;

/// <param name="RateLimits">Whether callers are limited at all.</param>
/// <param name="Proxies">Whose word about the caller's address and scheme is taken.</param>
/// <param name="Origins">Other sites whose scripts may call the interface; none by default.</param>
/// <param name="KeyCertificate">Encrypts the keys in the database; null where they lie there in the clear.</param>
public sealed record ProtectionSettings(bool RateLimits, IReadOnlyList<IPNetwork> Proxies, IReadOnlyList<string> Origins, X509Certificate2? KeyCertificate)
{
    /// <exception cref="InvalidOperationException">A setting is wrong; the message names it.</exception>
    public static ProtectionSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new(
            configuration.GetValue("RateLimits:Enabled", defaultValue: true),
            [.. Words(configuration, "Proxies").Select(text => IPNetwork.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : text + (text.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out var network) ? network : throw Wrong("Proxies"))],
            [.. Words(configuration, "Cors:Origins").Select(text => Uri.TryCreate(text, UriKind.Absolute, out var origin) && origin.GetLeftPart(UriPartial.Authority) == text ? text : throw Wrong("Cors:Origins"))],
            configuration["Identity:KeyCertificate"] is { Length: > 0 } file ? Certificate(file, configuration["Identity:KeyCertificatePassword"]) : null);
    }

    private static string[] Words(IConfiguration configuration, string name) =>
        configuration[name]?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static X509Certificate2 Certificate(string file, string? password)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, password, X509KeyStorageFlags.EphemeralKeySet);
            return certificate.HasPrivateKey ? certificate : throw Wrong("Identity:KeyCertificate");
        }
        catch (Exception unreadable) when (unreadable is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Wrong("Identity:KeyCertificate");
        }
    }

    private static InvalidOperationException Wrong(string name) => new($"The setting {name} can't be used as it is.");
}

/// <summary>What every process that answers HTTP does about proxies and TLS.</summary>
public static class TransportProtection
{
    public static void AddForwarding(this IServiceCollection services, ProtectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in settings.Proxies)
            {
                options.KnownIPNetworks.Add(proxy);
            }
        });
    }

    /// <summary>Comes before everything that answers.</summary>
    public static void UseTransportProtection(this WebApplication app, ProtectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Proxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        if (app.Environment.IsDevelopment())
        {
            return;
        }

        app.UseHsts();
        if (HasHttps(app.Configuration))
        {
            app.UseHttpsRedirection();
        }
    }

    /// <summary>Where no address of its own or of the proxy before it takes HTTPS, there is nowhere to send a caller to.</summary>
    private static bool HasHttps(IConfiguration configuration) =>
        configuration["urls"]?.Contains("https://", StringComparison.OrdinalIgnoreCase) == true
        || !string.IsNullOrEmpty(configuration["https_port"]) || !string.IsNullOrEmpty(configuration["https_ports"]);
}
