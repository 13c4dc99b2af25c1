using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <param name="Earned">Commission that settlements took.</param>
/// <param name="Withdrawn">What of it the custodian has paid to the platform.</param>
public sealed record CommissionAnswer(Money Earned, Money Withdrawn);

/// <summary>The custodian paid commission to the platform: the only way from custody to the platform's own cash.</summary>
public sealed record WithdrawCommission(Money? Amount, string? Reference) : ICommand<CommissionAnswer>, INeedsSecondAdmin
{
    public Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken) => Task.FromResult(Amount ?? Money.Zero);
}

public sealed class WithdrawCommissionValidator : AbstractValidator<WithdrawCommission>
{
    public WithdrawCommissionValidator()
    {
        RuleFor(request => request.Amount).PositiveAmount();
        RuleFor(request => request.Reference).Text(100);
    }
}

public sealed class WithdrawCommissionHandler(IMarketplaceDb db, BankReferences references, DocumentNumbers numbers, AuditLog audit, MarketClock clock) : IRequestHandler<WithdrawCommission, CommissionAnswer>
{
    public async Task<CommissionAnswer> Handle(WithdrawCommission request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var amount = request.Amount!.Value;
        var platform = await db.Organizations.Where(o => o.Kind == OrganizationKind.Platform).Select(o => o.Id).SingleAsync(cancellationToken);
        async Task<Money> Balance(string account) => new(await db.Postings.Where(p => p.Account == account && p.Asset == Asset.Cny).SumAsync(p => (long)(object)p.Amount, cancellationToken));
        var (earned, withdrawn) = (-await Balance(Accounts.PlatformCommission), await Balance(Accounts.PlatformCash));
        var before = await db.BankReferences.SingleOrDefaultAsync(r => r.OrganizationId == platform && r.Reference == request.Reference, cancellationToken);
        if (before is { Purpose: TransferPurpose.CommissionPayment } && before.Amount == -amount)
        {
            return new(earned, withdrawn);
        }

        if (amount > earned - withdrawn)
        {
            throw LedgerErrors.CommissionInsufficient(earned - withdrawn);
        }

        await references.TakeAsync(platform, request.Reference!, TransferPurpose.CommissionPayment, -amount, cancellationToken);

        // The number keeps two at once from spending the same commission: one of them finds the series moved.
        var number = await numbers.NextAsync(platform, NumberSeries.Withdrawal, now, cancellationToken);
        db.JournalEntries.Add(JournalEntry.For("commission.withdrawn", number, now).Move(Asset.Cny, amount, Accounts.Platform, Accounts.Custody));
        audit.Record("commission.withdrawn", ("organization", platform.ToString()), null, new { amount, request.Reference, Before = withdrawn, After = withdrawn + amount });
        return new(earned, withdrawn + amount);
    }
}
