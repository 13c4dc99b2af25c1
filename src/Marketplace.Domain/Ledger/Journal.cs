using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

/// <summary>What a posting counts: <c>CNY</c>, or the vouchers of one programme.</summary>
public readonly record struct Asset(string Code)
{
    public static Asset Cny => new("CNY");

    public static Asset Vouchers(string programme) => new("VOUCHER/" + programme);

    public override string ToString() => Code;
}

/// <summary>
/// One side of a journal entry. A debit is positive, a credit negative, in the asset's smallest unit (fen).
/// </summary>
public sealed class Posting
{
    public required Id<Posting> Id { get; init; }
    public required Id<JournalEntry> EntryId { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>An account of the chart, see <see cref="Accounts"/>.</summary>
    public required string Account { get; init; }

    /// <summary>Whose: the organization or the voucher that the account is kept by; null for the platform's own.</summary>
    public Guid? PartyId { get; init; }

    public required Asset Asset { get; init; }
    public required Money Amount { get; init; }
}

/// <summary>A balanced set of postings for one event. Entries are only ever added.</summary>
public sealed class JournalEntry
{
    private readonly List<Posting> _postings = [];

    public required Id<JournalEntry> Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened, such as <c>order.held</c> or <c>invoice.issued</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The row that it happened to: with the event, unique, so that nothing is posted twice.</summary>
    public required string Reference { get; init; }

    public IReadOnlyList<Posting> Postings => _postings;

    public static JournalEntry For(string @event, string reference, DateTimeOffset at) =>
        new() { Id = Id<JournalEntry>.New(at), At = at, Event = @event, Reference = reference };

    /// <summary>Moves an amount: debits one account and credits another, in one asset. Nothing is posted for zero.</summary>
    /// <param name="amount">In fen of the asset; a negative amount swaps the ends.</param>
    public JournalEntry Move(Asset asset, Money amount, (string Account, Guid? Party) debit, (string Account, Guid? Party) credit)
    {
        if (!amount.IsZero)
        {
            Add(asset, amount, debit);
            Add(asset, -amount, credit);
        }

        return this;
    }

    private void Add(Asset asset, Money amount, (string Account, Guid? Party) end) => _postings.Add(new Posting
    {
        Id = Id<Posting>.New(At),
        EntryId = Id,
        At = At,
        Account = end.Account,
        PartyId = end.Party,
        Asset = asset,
        Amount = amount,
    });
}
