using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <summary>Sums of one asset; in books that balance the two are equal.</summary>
public sealed record AssetTotal(string Asset, Money Debit, Money Credit);

/// <summary>Debits less credits of one account.</summary>
public sealed record AccountBalance(string Account, string Asset, Money Balance);

public sealed record TrialBalanceAnswer(DateTimeOffset At, IReadOnlyList<AssetTotal> Assets, IReadOnlyList<AccountBalance> Accounts);

/// <summary>Every account's balance at an instant: what was posted up to and at it.</summary>
public sealed record GetTrialBalance(DateTimeOffset? At) : IQuery<TrialBalanceAnswer>;

public sealed class GetTrialBalanceHandler(IMarketplaceDb db, MarketClock clock) : IRequestHandler<GetTrialBalance, TrialBalanceAnswer>
{
    public async Task<TrialBalanceAnswer> Handle(GetTrialBalance request, CancellationToken cancellationToken)
    {
        var at = request.At ?? clock.GetUtcNow();
        var sums = await db.Postings.Where(posting => posting.At <= at).GroupBy(posting => new { posting.Account, posting.Asset })
            .Select(group => new
            {
                group.Key.Account,
                group.Key.Asset,
                Debit = group.Sum(posting => posting.Amount > Money.Zero ? (long)(object)posting.Amount : 0L),
                Credit = group.Sum(posting => posting.Amount < Money.Zero ? (long)(object)posting.Amount : 0L),
            }).ToListAsync(cancellationToken);
        return new(
            at,
            [.. sums.GroupBy(sum => sum.Asset.Code).OrderBy(asset => asset.Key, StringComparer.Ordinal)
                .Select(asset => new AssetTotal(asset.Key, new(asset.Sum(sum => sum.Debit)), new(-asset.Sum(sum => sum.Credit))))],
            [.. sums.OrderBy(sum => sum.Asset.Code, StringComparer.Ordinal).ThenBy(sum => sum.Account, StringComparer.Ordinal)
                .Select(sum => new AccountBalance(sum.Account, sum.Asset.Code, new(sum.Debit + sum.Credit)))]);
    }
}

/// <summary>A debit is positive, a credit negative.</summary>
public sealed record PostingAnswer(
    Id<Posting> Id, DateTimeOffset At, string Event, string Reference, string Account, Guid? PartyId, string Asset, Money Amount);

/// <summary>What postings can be sorted by.</summary>
public enum PostingColumn
{
    At,
}

/// <summary>Postings of an account, of a party, over a span of time, the newest first where it isn't said otherwise.</summary>
public sealed record ListPostings(PageRequest Page, string? Account, Guid? PartyId, DateTimeOffset? From, DateTimeOffset? To, Sort<PostingColumn>? Sort = null)
    : IQuery<Page<PostingAnswer>>, IPaged;

public sealed class ListPostingsHandler(IMarketplaceDb db) : IRequestHandler<ListPostings, Page<PostingAnswer>>
{
    public async Task<Page<PostingAnswer>> Handle(ListPostings request, CancellationToken cancellationToken)
    {
        var page = await db.Postings.AsNoTracking().Where(posting =>
            (request.Account == null || posting.Account == request.Account)
            && (request.PartyId == null || posting.PartyId == request.PartyId)
            && (request.From == null || posting.At >= request.From)
            && (request.To == null || posting.At < request.To))
            .SortedAsync(db.Postings, request.Page, request.Sort, new() { PostingColumn.At }, cancellationToken);
        var ids = page.Items.Select(posting => posting.EntryId).Distinct().ToList();
        var entries = await db.JournalEntries.AsNoTracking().Where(entry => ids.Contains(entry.Id)).ToDictionaryAsync(entry => entry.Id, cancellationToken);
        return page.Select(posting => new PostingAnswer(
            posting.Id, posting.At, entries[posting.EntryId].Event, entries[posting.EntryId].Reference, posting.Account, posting.PartyId, posting.Asset.Code, posting.Amount));
    }
}
