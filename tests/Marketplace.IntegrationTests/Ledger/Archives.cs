using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Marketplace.Application.Audit.Export;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Ledger;

/// <summary>An auditor's archive, checked offline as it came and with rows changed by hand.</summary>
internal static class Archives
{
    public static async Task HoldsAndBreaksAsync(MarketplaceServer server, string period)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/audit/exports/{period}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Admin.Token);
        using var response = await server.Http.SendAsync(request);
        Assert.Equal("application/zip", response.EnsureSuccessStatusCode().Content.Headers.ContentType!.MediaType);
        var archive = await response.Content.ReadAsByteArrayAsync();
        Assert.Empty(Broken(archive));

        // A row alone is found by its hash; with the hash made to fit, by what the row means.
        Assert.Equal(["archive.hashes", "rating.is_a_function"], Broken(Changed(archive, "legs.jsonl", "\"busy\":{\"milliCardSeconds\":28800000}", "\"busy\":{\"milliCardSeconds\":28700000}", manifest: false)));
        Assert.Equal(["rating.is_a_function"], Broken(Changed(archive, "legs.jsonl", "\"busy\":{\"milliCardSeconds\":28800000}", "\"busy\":{\"milliCardSeconds\":28700000}")));
        Assert.Contains("invoices.unchanged", Broken(Changed(archive, "invoices.jsonl", "1600.00", "1700.00")));
        Assert.Equal(["vouchers.by_their_rules"], Broken(Changed(archive, "rules.jsonl", "\"ratio\":\"0.30\"", "\"ratio\":\"0.20\"")));
        Assert.Equal(["ledger.balances"], Broken(Changed(archive, "ledger.jsonl", "\"1600.00\"", "\"1600.01\"", orElse: "\"1120.00\"")));
        Assert.Equal(["numbers.gapless"], Broken(Changed(archive, "numbers.jsonl", "\"last\":1", "\"last\":2")));
        Assert.Equal(["settlements.sums"], Broken(Changed(archive, "settlements.jsonl", "\"commission\":\"80.00\"", "\"commission\":\"79.00\"")));
    }

    private static List<string> Broken(byte[] archive)
    {
        using var stream = new MemoryStream(archive);
        using var verifier = new ArchiveVerifier(stream);
        return [.. verifier.Run().Where(answer => !answer.Holds).Select(answer => answer.Name)];
    }

    /// <summary>The archive with the first place of a text in one of its files changed.</summary>
    private static byte[] Changed(byte[] archive, string file, string from, string to, bool manifest = true, string? orElse = null)
    {
        using var stream = new MemoryStream();
        stream.Write(archive);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var text = Read(zip, file);
            from = orElse is not null && !text.Contains(from, StringComparison.Ordinal) ? orElse : from;
            var at = text.IndexOf(from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"{file} has no {from}");
            text = text[..at] + (from == orElse ? to[..1] + "9" + orElse[2..] : to) + text[(at + from.Length)..];
            Write(zip, file, text);
            if (manifest)
            {
                var json = JsonNode.Parse(Read(zip, "manifest.json"))!;
                json["files"]!.AsArray().Single(entry => entry!["name"]!.GetValue<string>() == file)!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
                Write(zip, "manifest.json", json.ToJsonString());
            }
        }

        return stream.ToArray();
    }

    private static string Read(ZipArchive zip, string file)
    {
        using var reader = new StreamReader(zip.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    private static void Write(ZipArchive zip, string file, string text)
    {
        zip.GetEntry(file)!.Delete();
        using var writer = new StreamWriter(zip.CreateEntry(file).Open());
        writer.Write(text);
    }
}
