using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>
/// What one voucher pays of one invoice line, or rewards its provider with for it, and how far the money has come back from the authority. What stands is the part
/// less what credit notes returned and what the authority rejected.
/// </summary>
public sealed class Redemption : IVersioned
{
    public required Id<Redemption> Id { get; init; }
    public required Id<Voucher> VoucherId { get; init; }
    public required string ProgrammeCode { get; init; }
    public required int ProgrammeVersion { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required Id<Invoice> InvoiceId { get; init; }
    public required Id<InvoiceLine> LineId { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required Id<Organization> BuyerId { get; init; }

    /// <summary>Who claims it: the seller who deducted it, the buyer who paid in full, or the provider who is rewarded.</summary>
    public required Id<Organization> PayeeId { get; init; }

    public required bool Deducted { get; init; }

    /// <summary>How it came about where it rewards the provider of the line's hours; null where it pays part of the line.</summary>
    public RewardBasis? Reward { get; init; }

    /// <summary>The last local day of use that the line stands for.</summary>
    public required DateOnly UsedUntil { get; init; }

    public required Money Amount { get; init; }
    public Money Returned { get; private set; }
    public Money Rejected { get; private set; }

    /// <summary>What stands in claims that weren't rejected.</summary>
    public Money Claimed { get; private set; }

    public Money Paid { get; private set; }
    public long Version { get; set; }

    public Money Standing => Amount - Returned - Rejected;

    /// <summary>What the next claim asks for: negative where more was claimed than stands (a clawback).</summary>
    public Money Unclaimed => Standing - Claimed;

    public void Return(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, Standing);
        Returned += amount;
        Version++;
    }

    public void Claim(Money amount)
    {
        Claimed += amount;
        Version++;
    }

    /// <summary>The authority doesn't pay: a claim's item is taken out of what is claimed and of what stands.</summary>
    /// <returns>What it takes out of what stands: less than the item where a credit note returned some of it meanwhile.</returns>
    public Money Reject(Money item)
    {
        var rejected = Money.Min(item, Standing);
        Claimed -= item;
        Rejected += rejected;
        Version++;
        return rejected;
    }

    public void Pay(Money amount)
    {
        Paid += amount;
        Version++;
    }
}

public enum ClaimStatus
{
    Submitted,
    Decided,
    Paid,
}

public enum ClaimItemStatus
{
    Submitted,
    Approved,
    Rejected,
}

/// <summary>Redeemed voucher money that a payee asks back from the authority, in one batch.</summary>
public sealed class Claim : IVersioned
{
    public required Id<Claim> Id { get; init; }
    public required string ProgrammeCode { get; init; }
    public required Id<Organization> AuthorityId { get; init; }
    public required Id<Organization> PayeeId { get; init; }

    /// <summary>Usage up to the end of this local day.</summary>
    public required DateOnly UpTo { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }
    public IList<ClaimItem> Items { get; init; } = [];
    public ClaimStatus Status { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public DateTimeOffset? PaidAt { get; private set; }
    public string? PaymentReference { get; private set; }

    /// <summary>What each funder of the programme bore of the payment; none before, or where the rules name none.</summary>
    public IReadOnlyList<FunderShare> Funders { get; private set; } = [];

    public long Version { get; set; }

    public Money Total => Items.Sum(item => item.Amount);

    public Money Approved => Items.Where(item => item.Status == ClaimItemStatus.Approved).Sum(item => item.Amount);

    /// <summary>Approves every item but those rejected.</summary>
    /// <exception cref="RuleException"><c>claim.decided</c>, or <c>claim.item</c> for an item that isn't there or can't be rejected.</exception>
    public void Decide(IReadOnlyDictionary<Id<ClaimItem>, string> rejected, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(rejected);
        if (Status != ClaimStatus.Submitted)
        {
            throw ClaimErrors.Decided();
        }

        if (rejected.Keys.Any(id => Items.All(item => item.Id != id || !item.Amount.IsPositive)))
        {
            throw ClaimErrors.NoSuchItem();
        }

        foreach (var item in Items)
        {
            item.Decide(rejected.GetValueOrDefault(item.Id));
        }

        (Status, DecidedAt) = (ClaimStatus.Decided, at);
        Version++;
    }

    /// <exception cref="RuleException"><c>claim.not_decided</c> or <c>claim.paid</c>.</exception>
    public void Pay(string reference, IReadOnlyList<FunderShare> funders, DateTimeOffset at)
    {
        if (Status == ClaimStatus.Submitted)
        {
            throw ClaimErrors.NotDecided();
        }

        if (Status == ClaimStatus.Paid)
        {
            throw ClaimErrors.Paid();
        }

        (Status, PaidAt, PaymentReference, Funders) = (ClaimStatus.Paid, at, reference, funders);
        Version++;
    }
}

/// <summary>One redemption in a claim; negative where it takes back what an earlier claim was paid too much.</summary>
public sealed class ClaimItem
{
    public required Id<ClaimItem> Id { get; init; }
    public required Id<Claim> ClaimId { get; init; }
    public required Id<Redemption> RedemptionId { get; init; }
    public required Id<Invoice> InvoiceId { get; init; }
    public required Id<InvoiceLine> LineId { get; init; }
    public required Id<Voucher> VoucherId { get; init; }
    public required Money Amount { get; init; }
    public ClaimItemStatus Status { get; private set; }
    public string? Reason { get; private set; }

    internal void Decide(string? rejection)
    {
        Status = rejection is null ? ClaimItemStatus.Approved : ClaimItemStatus.Rejected;
        Reason = rejection;
    }
}

public static class ClaimErrors
{
    public static RuleException Empty() =>
        new(Refusal.Rule, "claim.empty", "Nothing that was redeemed up to that day is unclaimed and, where the buyer is reimbursed, on an invoice that is paid.");

    public static RuleException Decided() =>
        new(Refusal.Conflict, "claim.decided", "The claim was decided before.");

    public static RuleException NotDecided() =>
        new(Refusal.Conflict, "claim.not_decided", "The claim isn't decided yet.");

    public static RuleException Paid() =>
        new(Refusal.Conflict, "claim.paid", "The claim was paid before.");

    public static RuleException NoSuchItem() =>
        new(Refusal.Rule, "claim.item", "An item to be rejected isn't one of the claim's, or takes money back and can't be.");
}
