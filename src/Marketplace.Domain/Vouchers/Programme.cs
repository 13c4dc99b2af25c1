using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>One scheme of one authority. Its rules stand in versions, its money in budgets.</summary>
public sealed class Programme
{
    public const int MaxCodeLength = 50;

    /// <summary>What everybody calls it by, and the last part of its ledger asset.</summary>
    public required string Code { get; init; }

    public required Id<Organization> AuthorityId { get; init; }
    public required string Name { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>
/// Rules of a programme from an instant on, until the next version begins. An order pins the version in force when it was
/// placed, whenever the voucher was issued.
/// </summary>
public sealed class ProgrammeVersion
{
    public required string Code { get; init; }

    /// <summary>1, 2, 3 …, without a gap.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset From { get; init; }
    public required ProgrammeRules Rules { get; init; }

    /// <summary>The version in force at an instant, or null before the first one begins.</summary>
    public static ProgrammeVersion? InForce(IEnumerable<ProgrammeVersion> versions, DateTimeOffset at) =>
        versions.Where(version => version.From <= at).MaxBy(version => (version.From, version.Number));
}

/// <summary>What may be issued of a programme in a year, and how much of it is.</summary>
public sealed class ProgrammeBudget : IVersioned
{
    /// <summary>The year of a budget that has none: it doesn't lapse.</summary>
    public const int Undated = 0;

    public required string Code { get; init; }

    /// <summary>A calendar year in the marketplace's zone, or <see cref="Undated"/>.</summary>
    public required int Year { get; init; }

    public required Money Amount { get; init; }

    /// <summary>Faces issued, less what came back by expiry and revocation. 0 to <see cref="Amount"/>.</summary>
    public Money Issued { get; private set; }

    public long Version { get; set; }

    public Money Remaining => Amount - Issued;

    /// <summary>Whether what expires or is revoked on a day still goes back to this budget.</summary>
    public bool IsOpenOn(DateOnly day) => Year == Undated || Year == day.Year;

    /// <exception cref="RuleException"><c>programme.exhausted</c>: less than that is left.</exception>
    public void Issue(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        if (amount > Remaining)
        {
            throw VoucherErrors.Exhausted(Code, amount, Remaining);
        }

        Issued += amount;
        Version++;
    }

    /// <summary>What expired or was revoked can be issued again.</summary>
    /// <exception cref="RuleException"><c>budget.not_issued</c>: more than was issued.</exception>
    public void Return(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        if (amount > Issued)
        {
            throw VoucherErrors.NotIssued(amount, Issued);
        }

        Issued -= amount;
        Version++;
    }
}
