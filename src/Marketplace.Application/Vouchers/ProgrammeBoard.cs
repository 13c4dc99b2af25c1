using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>
/// Where a programme's vouchers stood at the end of a local day: balances of the ledger, so that issued = available + held +
/// redeemed + claimed + paid + expired + revoked.
/// </summary>
/// <param name="Redeemed">On invoices and in no claim yet.</param>
/// <param name="Claimed">Submitted, not paid.</param>
public sealed record BoardDay(DateOnly Day, Money Issued, Money Available, Money Held, Money Redeemed, Money Claimed, Money Paid, Money Expired, Money Revoked);

/// <param name="Remaining">What of the budgets can still be issued, now.</param>
/// <param name="Funders">What each funder bore of what was paid, up to the last day.</param>
public sealed record BoardAnswer(string Programme, DateOnly From, DateOnly To, Money Budget, Money Remaining, IReadOnlyList<BoardDay> Days, IReadOnlyList<FunderShare> Funders);

/// <summary>A programme's board for its authority: what became of its vouchers, day by day.</summary>
/// <param name="Code">The programme.</param>
/// <param name="From">The first day; 30 days before the last one where it isn't said.</param>
/// <param name="To">The last day; today where it isn't said.</param>
public sealed record GetProgrammeBoard(string Code, DateOnly? From, DateOnly? To) : IQuery<BoardAnswer>
{
    public const int MaxDays = 731;
}

public sealed class GetProgrammeBoardValidator : AbstractValidator<GetProgrammeBoard>
{
    public GetProgrammeBoardValidator() => RuleFor(request => request.To)
        .Must((request, to) => to is null || request.From is null || to >= request.From).WithMessage("must not be before from")
        .Must((request, to) => to is null || request.From is null || to.Value.DayNumber - request.From.Value.DayNumber < GetProgrammeBoard.MaxDays)
        .WithMessage($"must be within {GetProgrammeBoard.MaxDays} days of from");
}

public sealed class GetProgrammeBoardHandler(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock) : IRequestHandler<GetProgrammeBoard, BoardAnswer>
{
    private const int DefaultDays = 30;

    public async Task<BoardAnswer> Handle(GetProgrammeBoard request, CancellationToken cancellationToken)
    {
        var programme = await db.Programmes.AsNoTracking().SingleOrDefaultAsync(p => p.Code == request.Code, cancellationToken) ?? throw SharedErrors.NotFound("programme");
        var to = request.To ?? settings.Time.Day(clock.GetUtcNow());
        var from = request.From ?? to.AddDays(-DefaultDays);
        var budgets = await db.ProgrammeBudgets.AsNoTracking().Where(budget => budget.Code == programme.Code).ToListAsync(cancellationToken);
        var (days, funders) = await DaysAsync(programme.Code, from, to, cancellationToken);
        return new(programme.Code, from, to, budgets.Sum(budget => budget.Amount), budgets.Sum(budget => budget.Remaining), days, funders);
    }

    private async Task<(IReadOnlyList<BoardDay> Days, IReadOnlyList<FunderShare> Funders)> DaysAsync(string code, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var asset = Asset.Vouchers(code);
        var (start, end) = (settings.Time.StartOf(from), settings.Time.StartOf(to.AddDays(1)));
        var ofProgramme = db.Postings.IgnoreQueryFilters().Where(posting => posting.Asset == asset);
        var balances = await ofProgramme.Where(posting => posting.At < start).GroupBy(posting => posting.Account)
            .Select(group => new { group.Key, Sum = group.Sum(posting => (long)(object)posting.Amount) }).ToDictionaryAsync(row => row.Key, row => row.Sum, cancellationToken);
        var moves = new Dictionary<(DateOnly Day, string Account), long>();
        var rows = ofProgramme.Where(posting => posting.At >= start && posting.At < end).Select(posting => new { posting.At, posting.Account, posting.Amount }).AsAsyncEnumerable();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            var key = (settings.Time.Day(row.At), row.Account);
            moves[key] = moves.GetValueOrDefault(key) + row.Amount.Fen;
        }

        var days = new List<BoardDay>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            // Faces are debited to what was issued and credited to where they stand.
            Money At(string account, int sign)
            {
                balances[account] = balances.GetValueOrDefault(account) + moves.GetValueOrDefault((day, account));
                return new(sign * balances[account]);
            }

            days.Add(new(
                day, At(Accounts.VoucherIssued, 1), At(Accounts.VoucherAvailable, -1), At(Accounts.VoucherHeld, -1), At(Accounts.VoucherRedeemed, -1), At(Accounts.VoucherClaimed, -1),
                At(Accounts.VoucherPaid, -1), At(Accounts.VoucherExpired, -1), At(Accounts.VoucherRevoked, -1)));
        }

        foreach (var (account, moved) in moves.GroupBy(move => move.Key.Account, move => move.Value).Where(account => Accounts.FunderOf(account.Key) is not null).Select(account => (account.Key, account.Sum())))
        {
            balances[account] = balances.GetValueOrDefault(account) + moved;
        }

        return (days, [.. balances.Where(balance => Accounts.FunderOf(balance.Key) is not null).OrderBy(balance => balance.Key, StringComparer.Ordinal)
            .Select(balance => new FunderShare(Accounts.FunderOf(balance.Key)!, new(-balance.Value)))]);
    }
}
