using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Marketplace.Api.Hosting;

internal static class ConsoleHosting
{
    /// <summary>Serves the console, where the build made it.</summary>
    /// <param name="app">Where to, before routing: what isn't the console's goes on to the API.</param>
    /// <param name="issuer">Of whom the console gets tokens, where that isn't this service.</param>
    public static void UseConsole(this IApplicationBuilder app, string? issuer)
    {
        var folder = new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "console"));
        if (!File.Exists(Path.Combine(folder.FullName, "index.html")))
        {
            return;
        }

        var files = new ConsoleFiles(folder, issuer);
        app.Use(async (http, next) =>
        {
            if (!await files.TryServeAsync(http))
            {
                await next(http);
            }
        });
    }
}

/// <summary>
/// Serves the console as the build left it beside the Api: its files, whose names change with their content, for ever and as
/// they were compressed; and its page at every address that isn't the API's, since the console finds its own way from there.
/// </summary>
internal sealed class ConsoleFiles
{
    /// <summary>What stands in the page where each answer's own nonce goes.</summary>
    private const string Nonce = "__NONCE__";

    private static readonly string[] Elsewhere = ["/v1", "/connect", "/openapi", "/docs", "/health", "/jobs"];
    private static readonly (string Coding, string Suffix)[] Codings = [("br", ".br"), ("gzip", ".gz")];

    private readonly FrozenDictionary<string, FileInfo> _files;
    private readonly string _page;
    private readonly string _policy;

    public ConsoleFiles(DirectoryInfo folder, string? issuer)
    {
        _files = folder.EnumerateFiles("*", SearchOption.AllDirectories)
            .ToFrozenDictionary(file => "/" + Path.GetRelativePath(folder.FullName, file.FullName).Replace('\\', '/'), StringComparer.Ordinal);
        _page = File.ReadAllText(_files["/index.html"].FullName);
        _policy = $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{Nonce}'; img-src 'self' data:; font-src 'self'; "
            + $"connect-src 'self'{(issuer is null ? "" : " " + new Uri(issuer).GetLeftPart(UriPartial.Authority))}; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    }

    /// <summary>True where this answered; everything else is the API's.</summary>
    public async Task<bool> TryServeAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            return false;
        }

        if (path != "/index.html" && _files.ContainsKey(path))
        {
            await ServeFileAsync(http, path);
            return true;
        }

        if (path != "/" && (Elsewhere.Any(prefix => http.Request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase)) || !AsksForPage(http.Request)))
        {
            return false;
        }

        await ServePageAsync(http);
        return true;
    }

    private static bool AsksForPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    private async Task ServePageAsync(HttpContext http)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = _policy.Replace(Nonce, nonce, StringComparison.Ordinal);
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        http.Response.ContentType = "text/html; charset=utf-8";
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.WriteAsync(_page.Replace(Nonce, nonce, StringComparison.Ordinal), http.RequestAborted);
        }
    }

    private async Task ServeFileAsync(HttpContext http, string path)
    {
        var headers = http.Response.Headers;
        var accepted = http.Request.GetTypedHeaders().AcceptEncoding;
        var coding = Codings.FirstOrDefault(coding => _files.ContainsKey(path + coding.Suffix) && accepted.Any(value => value.Value == coding.Coding && value.Quality is null or > 0));
        if (coding.Coding is not null)
        {
            headers.ContentEncoding = coding.Coding;
        }

        headers.Vary = HeaderNames.AcceptEncoding;
        headers.CacheControl = path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "public, max-age=3600";
        headers.XContentTypeOptions = "nosniff";
        http.Response.ContentType = new FileExtensionContentTypeProvider().TryGetContentType(path, out var type) ? type : "application/octet-stream";
        var file = _files[path + coding.Suffix];
        http.Response.ContentLength = file.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.SendFileAsync(file.FullName, http.RequestAborted);
        }
    }
}
