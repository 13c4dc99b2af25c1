using System.Net;

namespace Marketplace.Api.Hosting;

/// <summary>Stands where the console would, in a build that was made without Node.js.</summary>
internal static class FrontPage
{
    /// <param name="database">Where the data is; shown in development only.</param>
    /// <param name="development">Whether the reader is who started it.</param>
    /// <param name="logins">User names of the demo market, if there is one.</param>
    public static string Html(string database, bool development, IReadOnlyList<string> logins) => $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Compute-voucher marketplace</title>
        <style>body {"{"} font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; {"}"}</style>
        <h1>Compute-voucher marketplace</h1>
        <p>The backend runs. Its console wasn't built, since there was no Node.js: install
        <a href="https://nodejs.org/">Node.js</a> 20.19 or later (on Debian: <code>apt install nodejs npm</code>), stop this,
        and start it again by <code>dotnet run --project src/Marketplace.Api</code>.</p>
        <p>Until then there is its HTTP interface:</p>
        <ul>
          <li><a href="/docs/">Documentation, to try each request</a></li>
          <li><a href="/openapi/v1.json">OpenAPI document</a></li>
          <li><a href="/health/ready">Health</a></li>
        </ul>
        {(development ? $"<p>Database: <code>{WebUtility.HtmlEncode(database)}</code></p>" : "")}
        {(logins.Count > 0 ? $"<p>Logins of the demo market, whose passwords were told in the terminal when it was made: {string.Join(", ", logins.Select(Code))}</p>" : "")}
        </html>
        """;

    private static string Code(string text) => $"<code>{WebUtility.HtmlEncode(text)}</code>";
}
