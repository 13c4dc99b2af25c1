using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Pipeline;

/// <summary>The business settings of one marketplace; see README for their names and defaults.</summary>
/// <param name="Time">Business time in the marketplace's zone.</param>
/// <param name="CommissionRate">The platform's share of what a seller sells.</param>
/// <param name="VatRate">For what the rate table has no row.</param>
/// <param name="CloseGrace">How long after its end a period waits for late readings.</param>
/// <param name="ObjectionTime">How long a buyer may object to a delivery; whole hours.</param>
/// <param name="DisputeTime">How long a dispute may stay undecided before it follows the provider; whole days.</param>
/// <param name="Fraud">From where on a month is flagged.</param>
/// <param name="Metering">What readings are measured by.</param>
public sealed record MarketplaceSettings(
    BusinessTime Time, Ratio CommissionRate, Ratio VatRate, TimeSpan CloseGrace, TimeSpan ObjectionTime, TimeSpan DisputeTime,
    FraudSettings Fraud, MeteringSettings Metering)
{
    /// <summary>How many days after its issue an invoice is to be paid.</summary>
    public int PaymentDays { get; init; } = 30;

    /// <summary>What an admin does with more money than this waits for a second admin; null where nothing waits.</summary>
    public Money? FourEyesAbove { get; init; }

    public RetentionSettings Retention { get; init; } = RetentionSettings.Default;
}

/// <summary>How long what nobody is bound to keep is kept, by kind of record; whole days. The books and the audit are kept for good.</summary>
/// <param name="Quotes">After an unused quote expired.</param>
/// <param name="Answers">Answers kept for repeated requests, which their keys then no longer find.</param>
/// <param name="Enquiries">What was asked for: two years, so that a month can be held against the same one of the year before.</param>
/// <param name="JobRuns">What jobs did.</param>
public sealed record RetentionSettings(TimeSpan Quotes, TimeSpan Answers, TimeSpan Enquiries, TimeSpan JobRuns)
{
    public static readonly RetentionSettings Default = new(TimeSpan.FromDays(7), TimeSpan.FromDays(7), TimeSpan.FromDays(731), TimeSpan.FromDays(731));
}

/// <summary>What readings are measured by.</summary>
/// <param name="Tolerance">The share of the larger figure that a buyer's meter and the provider's may differ by.</param>
/// <param name="GapTime">How long a running leg may go without a reading; whole hours.</param>
/// <param name="Energy">Which energy cards at work can have drawn.</param>
public sealed record MeteringSettings(Ratio Tolerance, TimeSpan GapTime, EnergyRule Energy);

/// <summary>From where on what a month shows is flagged.</summary>
/// <param name="HistoryMultiple">How many times its monthly average of the six months before an applicant may redeem short of.</param>
/// <param name="HistoryLeast">What a month has to pass to be compared at all.</param>
/// <param name="UnattestedShare">The share of a seller's redemptions under a programme that may rest on unattested usage.</param>
/// <param name="TokenMultiple">How many times the tokens that a listing's best benchmark allows a leg may report short of.</param>
/// <param name="SameCurves">How many cards or legs of a centre may report the very same figures at the very same times short of.</param>
/// <param name="AfterSubsidy">The share of its use that a leg keeps at least when vouchers pay for it no longer.</param>
public sealed record FraudSettings(int HistoryMultiple, Money HistoryLeast, Ratio UnattestedShare, int TokenMultiple, int SameCurves, Ratio AfterSubsidy);
