namespace Marketplace.IdentityServer;

/// <summary>A program that people sign in to.</summary>
/// <param name="ClientId">What it calls itself.</param>
/// <param name="RedirectUris">Where codes may be sent, to the letter.</param>
/// <param name="SignedOutUris">Where a browser may be sent after signing out.</param>
internal sealed record App(string ClientId, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> SignedOutUris);

/// <summary>The programs under <c>Identity:Apps</c>. Where codes are sent is the operator's to say.</summary>
internal sealed class AppCatalogue
{
    private readonly Dictionary<string, App> _apps;

    /// <exception cref="InvalidOperationException">A program has no address to send codes to, or one that isn't HTTPS or on this machine.</exception>
    public AppCatalogue(IConfiguration configuration) => _apps = configuration.GetSection("Identity:Apps").GetChildren().ToDictionary(
        app => app.Key,
        app => new App(app.Key, Uris(app, "RedirectUris") is { Count: > 0 } uris ? uris : throw Wrong(app, "RedirectUris"), Uris(app, "SignedOutUris")),
        StringComparer.Ordinal);

    public App? Find(string clientId) => _apps.GetValueOrDefault(clientId);

    /// <summary>Whether a browser may call from there.</summary>
    public bool Serves(string origin) => _apps.Values.SelectMany(app => app.RedirectUris).Any(uri => new Uri(uri).GetLeftPart(UriPartial.Authority) == origin);

    private static List<string> Uris(IConfigurationSection app, string name) =>
        [.. (app[name] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(text => IsSafe(text) ? text : throw Wrong(app, name))];

    private static bool IsSafe(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Fragment.Length == 0 && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    private static InvalidOperationException Wrong(IConfigurationSection app, string name) => new($"The setting {app.Path}:{name} can't be used as it is.");
}
