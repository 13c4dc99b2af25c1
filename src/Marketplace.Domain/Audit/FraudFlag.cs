using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Audit;

public enum FlagStatus
{
    Open,
    Dismissed,
    Confirmed,
}

public enum FlagVerdict
{
    Dismiss,
    Confirm,
}

/// <summary>What fraud may look like, each by its code; the README beside this says when.</summary>
public static class FlagCodes
{
    public const string TradeCircle = "trade.circle";
    public const string ApplicantSplit = "applicant.split";
    public const string ContractTwice = "contract.twice";
    public const string UnattestedUsage = "usage.unattested";
    public const string AboveHistory = "redemption.above_history";
    public const string InvariantBroken = "invariant.broken";
    public const string RelatedParties = "parties.related";
    public const string VoucherTransfer = "voucher.transfer";

    public const string Energy = "usage.energy";
    public const string TooBusy = "usage.too_busy";
    public const string TooManyTokens = "usage.too_many_tokens";
    public const string SameCurves = "usage.same_curves";
    public const string StopsWithSubsidy = "usage.stops_with_subsidy";

    public static IReadOnlyList<string> All { get; } =
    [
        TradeCircle, ApplicantSplit, ContractTwice, UnattestedUsage, AboveHistory, RelatedParties, VoucherTransfer, Energy, TooBusy, TooManyTokens, SameCurves, StopsWithSubsidy,
        InvariantBroken,
    ];
}

/// <summary>Something that may be honest and that somebody has to look at. Of one code there is one flag a subject.</summary>
public sealed class FraudFlag : IVersioned
{
    public required Id<FraudFlag> Id { get; init; }

    /// <summary>One of <see cref="FlagCodes"/>.</summary>
    public required string Code { get; init; }

    public required string SubjectType { get; init; }
    public required string SubjectId { get; init; }

    /// <summary>Whose doing it looks like.</summary>
    public required Id<Organization> OrganizationId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What was found, as JSON.</summary>
    public required string Detail { get; init; }

    public FlagStatus Status { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public string? Note { get; private set; }
    public long Version { get; set; }

    /// <exception cref="RuleException"><c>flag.decided</c>: it was decided before.</exception>
    public void Decide(FlagVerdict verdict, string note, DateTimeOffset now)
    {
        if (Status != FlagStatus.Open)
        {
            throw new RuleException(Refusal.Conflict, "flag.decided", "The flag was dismissed or confirmed before.");
        }

        (Status, Note, DecidedAt) = (verdict == FlagVerdict.Dismiss ? FlagStatus.Dismissed : FlagStatus.Confirmed, note, now);
        Version++;
    }
}
