using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <summary>One account of a party over a span of time; debits less credits.</summary>
public sealed record AccountMovement(string Account, string Asset, Money Opening, Money Debit, Money Credit, Money Closing);

public sealed record PartyStatementAnswer(Guid PartyId, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<AccountMovement> Accounts);

/// <summary>What an organization's or a voucher's accounts stood at, what moved, and what they stand at then.</summary>
public sealed record GetPartyStatement(Guid PartyId, DateTimeOffset From, DateTimeOffset To) : IQuery<PartyStatementAnswer>;

public sealed class GetPartyStatementHandler(IMarketplaceDb db) : IRequestHandler<GetPartyStatement, PartyStatementAnswer>
{
    public async Task<PartyStatementAnswer> Handle(GetPartyStatement request, CancellationToken cancellationToken)
    {
        var (party, from, to) = request;
        var sums = await db.Postings.Where(p => p.PartyId == party && p.At < to).GroupBy(p => new { p.Account, p.Asset })
            .Select(group => new
            {
                group.Key.Account,
                group.Key.Asset,
                Opening = group.Sum(p => p.At < from ? (long)(object)p.Amount : 0L),
                Debit = group.Sum(p => p.At >= from && p.Amount > Money.Zero ? (long)(object)p.Amount : 0L),
                Credit = group.Sum(p => p.At >= from && p.Amount < Money.Zero ? (long)(object)p.Amount : 0L),
            }).ToListAsync(cancellationToken);
        return new(party, from, to, [.. sums.OrderBy(s => s.Asset.Code, StringComparer.Ordinal).ThenBy(s => s.Account, StringComparer.Ordinal)
            .Select(s => new AccountMovement(s.Account, s.Asset.Code, new(s.Opening), new(s.Debit), new(-s.Credit), new(s.Opening + s.Debit + s.Credit)))]);
    }
}
