using System.Security.Cryptography;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// A P-256 public key of batches that a meter signs. A meter has at most two that are good at once: the newest, and for some
/// time after a rotation the one before it.
/// </summary>
public sealed class MeterKey
{
    public const int MaxPem = 1000;

    /// <summary>The longest that a key goes on beside the one that replaces it.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    private const int P1363Bytes = 64;

    public required Id<MeterKey> Id { get; init; }
    public required Id<Meter> MeterId { get; init; }

    /// <summary>From 1, one more for each of the meter's keys.</summary>
    public required int Number { get; init; }

    public required string PublicKeyPem { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it isn't good any more; null while nothing replaces it.</summary>
    public DateTimeOffset? Until { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Whether batches that come at <paramref name="now"/> may be signed with it.</summary>
    public bool IsGood(DateTimeOffset now) => RevokedAt is null && (Until is null || now < Until);

    /// <summary>A newer key takes its place at <paramref name="until"/>, or earlier if it was to end earlier.</summary>
    public void EndAt(DateTimeOffset until) => Until = Until < until ? Until : until;

    /// <summary>From now on nothing that it signs is taken; what it signed before stays attested.</summary>
    public void Revoke(DateTimeOffset now) =>
        RevokedAt = RevokedAt is null ? now : throw MeteringErrors.KeyRevoked();

    /// <summary>
    /// Whether <paramref name="signature"/> is an ECDSA signature of this key over a message with this SHA-256 digest. Taken in
    /// both forms in use: DER, as OpenSSL makes it, and r and s of 32 bytes each (IEEE P1363).
    /// </summary>
    public bool Signed(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(PublicKeyPem);
        return (signature.Length == P1363Bytes && key.VerifyHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            || key.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether it is a P-256 public key in PEM, and no private one.</summary>
    public static bool IsPublicKey(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return pem.Length <= MaxPem && !pem.Contains("PRIVATE", StringComparison.Ordinal)
                && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        }
        catch (Exception malformed) when (malformed is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
