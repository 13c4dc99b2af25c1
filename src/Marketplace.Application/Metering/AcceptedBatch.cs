using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Metering;

/// <summary>What the audit entry of an accepted batch says.</summary>
/// <param name="Digest">SHA-256 of the body's bytes.</param>
/// <param name="SignedBy">The meter that signed it, if one did.</param>
/// <param name="Legs">Those of which a reading was accepted.</param>
internal sealed record AcceptedBatch(
    string Digest, int Accepted, int Duplicates, int Conflicts, int Rejected, Id<Meter>? SignedBy, IReadOnlyList<AcceptedLeg> Legs)
{
    public const string Action = "usage.accepted";
}

/// <summary>What was accepted of one leg in one batch.</summary>
/// <param name="Version">The leg's usage version from which on it counts.</param>
/// <param name="Readings">How many.</param>
/// <param name="Digest"><see cref="Reading.Digest"/> of them.</param>
internal sealed record AcceptedLeg(Id<Leg> Id, long Version, int Readings, string Digest)
{
    public static string DigestOf(IEnumerable<Reading> readings) => Convert.ToHexStringLower(Reading.Digest(readings));
}
