using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <summary>
/// All of the deposit; of it held; deposit − held + the credit that is left; billed and not paid; what may be owed.
/// </summary>
public sealed record BalanceAnswer(Money Deposit, Money Held, Money Available, Money Receivable, Money CreditLimit)
{
    public static BalanceAnswer Of(BuyerAccount account) =>
        new(account.Deposit, account.Held, account.Available, account.Receivable, account.CreditLimit);
}

public sealed record GetBalance(Id<Organization> OrganizationId) : IQuery<BalanceAnswer>;

public sealed class GetBalanceHandler(IMarketplaceDb db) : IRequestHandler<GetBalance, BalanceAnswer>
{
    public async Task<BalanceAnswer> Handle(GetBalance request, CancellationToken cancellationToken) =>
        BalanceAnswer.Of(await db.BuyerAccounts.AsNoTracking().SingleOrDefaultAsync(account => account.OrganizationId == request.OrganizationId, cancellationToken)
            ?? throw SharedErrors.NotFound("organization"));
}

public sealed record TransferAnswer(Id<BankTransfer> Id, Money Amount, string Reference, DateTimeOffset At, BalanceAnswer Balance);

/// <summary>A bank transfer of a buyer's came in, or was sent back. The bank's reference counts once an organization.</summary>
public sealed record TransferMoney(Money? Amount, string? Reference) : ICommand<TransferAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<Organization> OrganizationId { get; init; }

    /// <summary>Out of the marketplace (a withdrawal) instead of in.</summary>
    [JsonIgnore]
    public bool Out { get; init; }

    public Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken) => Task.FromResult(Amount!.Value);
}

public sealed class TransferMoneyValidator : AbstractValidator<TransferMoney>
{
    public TransferMoneyValidator()
    {
        RuleFor(request => request.Amount).PositiveAmount();
        RuleFor(request => request.Reference).Text(100);
    }
}

public sealed class TransferMoneyHandler(IMarketplaceDb db, BankReferences references, AuditLog audit, MarketClock clock) : IRequestHandler<TransferMoney, TransferAnswer>
{
    public async Task<TransferAnswer> Handle(TransferMoney request, CancellationToken cancellationToken)
    {
        var account = await db.BuyerAccounts.SingleOrDefaultAsync(a => a.OrganizationId == request.OrganizationId, cancellationToken)
            ?? throw SharedErrors.NotFound("organization");
        var amount = request.Out ? -request.Amount!.Value : request.Amount!.Value;
        var before = await db.BankTransfers.SingleOrDefaultAsync(
            transfer => transfer.OrganizationId == request.OrganizationId && transfer.Reference == request.Reference, cancellationToken);
        if (before is not null)
        {
            return before.Amount == amount ? Answer(before, account) : throw LedgerErrors.ReferenceUsed(before.Reference);
        }

        var now = clock.GetUtcNow();
        var balanceBefore = BalanceAnswer.Of(account);
        var transfer = new BankTransfer
        {
            Id = Id<BankTransfer>.New(now),
            OrganizationId = request.OrganizationId,
            Amount = amount,
            Reference = request.Reference!,
            At = now,
        };
        await references.TakeAsync(request.OrganizationId, transfer.Reference, request.Out ? TransferPurpose.Withdrawal : TransferPurpose.Deposit, amount, cancellationToken);
        if (request.Out)
        {
            account.Withdraw(-amount);
        }
        else
        {
            account.Receive(amount);
        }

        db.BankTransfers.Add(transfer);
        db.JournalEntries.Add(JournalEntry.For(request.Out ? "deposit.withdrawn" : "deposit.received", transfer.Id.ToString(), now)
            .Move(Asset.Cny, amount, debit: Accounts.Custody, credit: Accounts.Deposit(request.OrganizationId)));
        var answer = Answer(transfer, account);
        audit.Record(request.Out ? "deposit.withdrawn" : "deposit.received", ("organization", request.OrganizationId.ToString()), request.OrganizationId, new { transfer.Id, transfer.Amount, transfer.Reference, Before = balanceBefore, After = answer.Balance });
        return answer;
    }

    private static TransferAnswer Answer(BankTransfer transfer, BuyerAccount account) =>
        new(transfer.Id, transfer.Amount, transfer.Reference, transfer.At, BalanceAnswer.Of(account));
}

/// <summary>Sets what a buyer may owe.</summary>
public sealed record SetCreditLimit(Money? Limit) : ICommand<BalanceAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<Organization> OrganizationId { get; init; }

    public Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken) => Task.FromResult(Limit!.Value);
}

public sealed class SetCreditLimitValidator : AbstractValidator<SetCreditLimit>
{
    public SetCreditLimitValidator() => RuleFor(request => request.Limit).Amount();
}

public sealed class SetCreditLimitHandler(IMarketplaceDb db, AuditLog audit) : IRequestHandler<SetCreditLimit, BalanceAnswer>
{
    public async Task<BalanceAnswer> Handle(SetCreditLimit request, CancellationToken cancellationToken)
    {
        var account = await db.BuyerAccounts.SingleOrDefaultAsync(a => a.OrganizationId == request.OrganizationId, cancellationToken)
            ?? throw SharedErrors.NotFound("organization");
        var before = account.CreditLimit;
        account.SetCreditLimit(request.Limit!.Value);
        audit.Record("credit.set", ("organization", request.OrganizationId.ToString()), request.OrganizationId, new { Before = before, After = request.Limit });
        return BalanceAnswer.Of(account);
    }
}
