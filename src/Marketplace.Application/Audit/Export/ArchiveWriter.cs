using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Application.Json;

namespace Marketplace.Application.Audit.Export;

/// <summary>Writes an archive file by file, a line at a time, and counts and hashes what it wrote.</summary>
internal sealed class ArchiveWriter(Stream to) : IDisposable
{
    private readonly ZipArchive _zip = new(to, ZipArchiveMode.Create, leaveOpen: true);
    private readonly List<ManifestFile> _files = [];

    public IReadOnlyList<ManifestFile> Files => _files;

    public async Task WriteAsync<T>(string name, IAsyncEnumerable<T> rows, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = 0L;
        await using (var stream = await _zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken))
        {
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(row, MarketJson.Options), (byte)'\n'];
                hash.AppendData(line);
                await stream.WriteAsync(line, cancellationToken);
                lines++;
            }
        }

        _files.Add(new(name, lines, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    public async Task WriteManifestAsync(ArchiveManifest manifest, CancellationToken cancellationToken)
    {
        await using var stream = await _zip.CreateEntry(ArchiveFiles.Manifest).OpenAsync(cancellationToken);
        await JsonSerializer.SerializeAsync(stream, manifest, MarketJson.Options, cancellationToken);
    }

    public void Dispose() => _zip.Dispose();
}
