using System.Security.Cryptography;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// What reports the usage of a centre's nodes, or what a buyer measures of its legs by itself. Its source is the CloudEvents
/// <c>source</c> of its readings.
/// </summary>
public sealed class Meter
{
    private const int P1363Bytes = 64;

    public required Id<Meter> Id { get; init; }

    /// <summary>The one centre that it measures; null for a buyer's, which goes with its legs wherever they stand.</summary>
    public Id<Center>? CenterId { get; init; }

    public required Id<Organization> OwnerId { get; init; }
    public required string Name { get; init; }
    public required string Source { get; init; }

    /// <summary>The P-256 public key of batches that it signs; null where it doesn't.</summary>
    public string? PublicKeyPem { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Whether <paramref name="signature"/> is an ECDSA signature of this meter's key over a message with this SHA-256
    /// digest. Taken in both forms in use: DER, as OpenSSL makes it, and r and s of 32 bytes each (IEEE P1363).
    /// </summary>
    public bool Signed(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (PublicKeyPem is null)
        {
            return false;
        }

        using var key = ECDsa.Create();
        key.ImportFromPem(PublicKeyPem);
        return (signature.Length == P1363Bytes && key.VerifyHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            || key.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence);
    }
}
