using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Ledger;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

public sealed record ClaimItemAnswer(
    Id<ClaimItem> Id, Id<Invoice> InvoiceId, Id<InvoiceLine> LineId, Id<Voucher> VoucherId, Money Amount, ClaimItemStatus Status, string? Reason);

/// <summary>
/// A claim. Approved is what of its total the authority pays; negative items take back what was paid too much before. Once it is
/// paid, funders says what each of them bore.
/// </summary>
public sealed record ClaimAnswer(
    Id<Claim> Id, string Programme, Id<Organization> PayeeId, ClaimStatus Status, DateOnly UpTo, DateTimeOffset SubmittedAt, Money Total, Money Approved,
    IReadOnlyList<ClaimItemAnswer> Items, string? PaymentReference, IReadOnlyList<FunderShare> Funders)
{
    public static ClaimAnswer Of(Claim claim) => new(
        claim.Id, claim.ProgrammeCode, claim.PayeeId, claim.Status, claim.UpTo, claim.SubmittedAt, claim.Total, claim.Approved,
        [.. claim.Items.OrderBy(item => item.Id).Select(item => new ClaimItemAnswer(item.Id, item.InvoiceId, item.LineId, item.VoucherId, item.Amount, item.Status, item.Reason))],
        claim.PaymentReference, claim.Funders);
}

/// <summary>
/// Claims what was redeemed for usage up to the end of a day and is in no claim yet, less what is to be given back. A buyer who is
/// reimbursed claims for invoices that are paid. Of a programme that rewards providers, what the caller earned by then is redeemed first.
/// </summary>
public sealed record SubmitClaim(string? Programme, DateOnly? UpTo) : ICommand<ClaimAnswer>;

public sealed class SubmitClaimValidator : AbstractValidator<SubmitClaim>
{
    public SubmitClaimValidator()
    {
        RuleFor(request => request.Programme).Text(50);
        RuleFor(request => request.UpTo).Required();
    }
}

public sealed class SubmitClaimHandler(IMarketplaceDb db, Rewards rewards, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<SubmitClaim, ClaimAnswer>
{
    /// <summary>A batch that an authority can review; what is left over goes into the next claim.</summary>
    private const int MaxItems = 5_000;

    public async Task<ClaimAnswer> Handle(SubmitClaim request, CancellationToken cancellationToken)
    {
        var (now, payee) = (clock.GetUtcNow(), context.Caller.OrganizationId);
        var programme = await db.Programmes.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(p => p.Code == request.Programme, cancellationToken)
            ?? throw SharedErrors.NotFound("programme");
        var redemptions = await db.Redemptions
            .Where(r => r.ProgrammeCode == programme.Code && r.PayeeId == payee && r.UsedUntil <= request.UpTo
                && (long)(object)r.Amount - (long)(object)r.Returned - (long)(object)r.Rejected != (long)(object)r.Claimed)
            .Where(r => r.Deducted || r.Reward != null || (long)(object)r.Amount - (long)(object)r.Returned - (long)(object)r.Rejected < (long)(object)r.Claimed
                || db.Invoices.Any(i => i.Id == r.InvoiceId && (long)(object)i.Payable - (long)(object)i.CreditedPayable - (long)(object)i.Paid <= 0))
            .OrderBy(r => r.Id).Take(MaxItems).ToListAsync(cancellationToken);
        redemptions.AddRange(await rewards.GrantAsync(programme.Code, payee, request.UpTo!.Value, MaxItems - redemptions.Count, now, cancellationToken));
        if (redemptions.Count == 0)
        {
            throw ClaimErrors.Empty();
        }

        var id = Id<Claim>.New(now);
        var claim = new Claim
        {
            Id = id,
            ProgrammeCode = programme.Code,
            AuthorityId = programme.AuthorityId,
            PayeeId = payee,
            UpTo = request.UpTo!.Value,
            SubmittedAt = now,
            Items = [.. redemptions.Select(r => new ClaimItem
            {
                Id = Id<ClaimItem>.New(now),
                ClaimId = id,
                RedemptionId = r.Id,
                InvoiceId = r.InvoiceId,
                LineId = r.LineId,
                VoucherId = r.VoucherId,
                Amount = r.Unclaimed,
            })],
        };
        var journal = JournalEntry.For("claim.submitted", id.ToString(), now);
        foreach (var redemption in redemptions)
        {
            journal.Move(Asset.Vouchers(programme.Code), redemption.Unclaimed, Accounts.Of(Accounts.VoucherRedeemed, redemption.VoucherId), Accounts.Of(Accounts.VoucherClaimed, redemption.VoucherId));
            redemption.Claim(redemption.Unclaimed);
        }

        db.Claims.Add(claim);
        db.JournalEntries.Add(journal);
        var answer = ClaimAnswer.Of(claim);
        audit.Record("claim.submitted", ("claim", id.ToString()), payee, new { claim.ProgrammeCode, claim.UpTo, answer.Total, items = answer.Items.Count });
        return answer;
    }
}

/// <summary>What claims can be sorted by.</summary>
public enum ClaimColumn
{
    Total,
    UpTo,
    SubmittedAt,
}

/// <summary>The claims that the caller made, or is to decide.</summary>
public sealed record ListClaims(PageRequest Page, string? Programme, ClaimStatus? Status = null, Id<Organization>? PayeeId = null, Sort<ClaimColumn>? Sort = null)
    : IQuery<Page<ClaimAnswer>>, IPaged;

public sealed class ListClaimsHandler(IMarketplaceDb db) : IRequestHandler<ListClaims, Page<ClaimAnswer>>
{
    public async Task<Page<ClaimAnswer>> Handle(ListClaims request, CancellationToken cancellationToken) =>
        (await db.Claims.AsNoTracking().Include(claim => claim.Items)
            .Where(claim => (request.Programme == null || claim.ProgrammeCode == request.Programme) && (request.Status == null || claim.Status == request.Status)
                && (request.PayeeId == null || claim.PayeeId == request.PayeeId))
            .SortedAsync(
                db.Claims, request.Page, request.Sort,
                new() { { ClaimColumn.Total, claim => claim.Items.Sum(item => (long)(object)item.Amount) }, { ClaimColumn.UpTo, claim => claim.UpTo }, ClaimColumn.SubmittedAt },
                cancellationToken)).Select(ClaimAnswer.Of);
}

public sealed record GetClaim(Id<Claim> Id) : IQuery<ClaimAnswer>;

public sealed class GetClaimHandler(IMarketplaceDb db) : IRequestHandler<GetClaim, ClaimAnswer>
{
    public async Task<ClaimAnswer> Handle(GetClaim request, CancellationToken cancellationToken) =>
        ClaimAnswer.Of(await db.Claims.AsNoTracking().Include(claim => claim.Items).SingleOrDefaultAsync(claim => claim.Id == request.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("claim"));
}

public sealed record RejectedItem(Id<ClaimItem>? ItemId, string? Reason, bool? Restore);

/// <summary>The authority's decision: what isn't rejected is approved.</summary>
public sealed record DecideClaim(IReadOnlyList<RejectedItem>? Reject) : ICommand<ClaimAnswer>
{
    [JsonIgnore]
    public Id<Claim> Id { get; init; }
}

public sealed class DecideClaimValidator : AbstractValidator<DecideClaim>
{
    public DecideClaimValidator()
    {
        RuleForEach(request => request.Reject).ChildRules(item =>
        {
            item.RuleFor(i => i.ItemId).Required();
            item.RuleFor(i => i.Reason).Text(500);
        });
        RuleFor(request => request.Reject).Must(items => items is null || items.Select(item => item.ItemId).Distinct().Count() == items.Count)
            .WithMessage("must not repeat an item");
    }
}

public sealed class DecideClaimHandler(IMarketplaceDb db, Funding funding, Invoicing invoicing, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<DecideClaim, ClaimAnswer>
{
    public async Task<ClaimAnswer> Handle(DecideClaim request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var claim = await db.Claims.Include(c => c.Items).SingleOrDefaultAsync(c => c.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("claim");
        var rejections = (request.Reject ?? []).ToDictionary(item => item.ItemId!.Value);
        claim.Decide(rejections.ToDictionary(item => item.Key, item => item.Value.Reason!), now);
        var journal = JournalEntry.For("claim.decided", claim.Id.ToString(), now);
        foreach (var item in claim.Items.Where(item => item.Status == ClaimItemStatus.Rejected))
        {
            await RejectAsync(claim, item, rejections[item.Id].Restore ?? false, journal, now, cancellationToken);
        }

        db.JournalEntries.Add(journal);
        var answer = ClaimAnswer.Of(claim);
        audit.Record("claim.decided", ("claim", claim.Id.ToString()), claim.PayeeId, new { answer.Approved, rejected = request.Reject });
        return answer;
    }

    /// <summary>The voucher loses or regains the amount, and who the programme says bears it.</summary>
    private async Task RejectAsync(Claim claim, ClaimItem item, bool restore, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var asset = Asset.Vouchers(claim.ProgrammeCode);
        var redemption = await db.Redemptions.IgnoreQueryFilters().SingleAsync(r => r.Id == item.RedemptionId, cancellationToken);
        var voucher = (await funding.TrackedAsync([item.VoucherId], cancellationToken))[item.VoucherId];
        var rejected = redemption.Reject(item.Amount);
        var went = voucher.RejectRedemption(rejected, restore, settings.Time.Day(now));
        journal.Move(asset, rejected, Accounts.Of(Accounts.VoucherClaimed, voucher.Id), Accounts.Of(Funding.AccountOf(went), voucher.Id))
            .Move(asset, item.Amount - rejected, Accounts.Of(Accounts.VoucherClaimed, voucher.Id), Accounts.Of(Accounts.VoucherRedeemed, voucher.Id));
        await funding.ReturnToBudgetAsync(voucher, went, rejected, now, cancellationToken);
        if (!redemption.Deducted || rejected.IsZero)
        {
            // The buyer paid in full already and just isn't reimbursed, or the provider isn't rewarded; or credit notes had taken back all of it.
            return;
        }

        var rules = await db.ProgrammeVersions.AsNoTracking().SingleAsync(v => v.Code == claim.ProgrammeCode && v.Number == redemption.ProgrammeVersion, cancellationToken);
        if (rules.Rules.BearerOfRejectedClaims() == ClaimBearer.Buyer)
        {
            var invoice = await invoicing.IssueSupplementaryAsync(redemption, rejected, claim.AuthorityId, journal, now, cancellationToken);
            audit.Record("invoice.issued", ("invoice", invoice.Id.ToString()), invoice.OrganizationId, new { invoice.Number, invoice.SellerId, invoice.Period, invoice.Total, invoice.RejectedLineId });
        }
        else
        {
            journal.Move(Asset.Cny, rejected, Accounts.Of(Accounts.SellerProgrammeDue, redemption.SellerId), Accounts.Of(Accounts.AuthorityReceivable, claim.AuthorityId));
        }
    }
}

/// <summary>The authority's payment of a decided claim came in. A reference counts once an authority.</summary>
public sealed record PayClaim(string? Reference) : ICommand<ClaimAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<Claim> Id { get; init; }

    public async Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken) =>
        await db.Claims.AsNoTracking().Include(claim => claim.Items).SingleOrDefaultAsync(claim => claim.Id == Id, cancellationToken) is { } claim
            ? ClaimAnswer.Of(claim).Approved : Money.Zero;
}

public sealed class PayClaimValidator : AbstractValidator<PayClaim>
{
    public PayClaimValidator() => RuleFor(request => request.Reference).Text(100);
}

public sealed class PayClaimHandler(IMarketplaceDb db, BankReferences references, AuditLog audit, MarketClock clock) : IRequestHandler<PayClaim, ClaimAnswer>
{
    public async Task<ClaimAnswer> Handle(PayClaim request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var claim = await db.Claims.Include(c => c.Items).SingleOrDefaultAsync(c => c.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("claim");
        if (claim.Status == ClaimStatus.Paid && claim.PaymentReference == request.Reference)
        {
            return ClaimAnswer.Of(claim);
        }

        var journal = JournalEntry.For("claim.paid", claim.Id.ToString(), now);
        var approved = claim.Items.Where(item => item.Status == ClaimItemStatus.Approved).ToList();
        var ids = approved.Select(item => item.RedemptionId).ToList();
        var redemptions = await db.Redemptions.IgnoreQueryFilters().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, cancellationToken);
        foreach (var item in approved)
        {
            var redemption = redemptions[item.RedemptionId];
            redemption.Pay(item.Amount);
            journal.Move(Asset.Vouchers(claim.ProgrammeCode), item.Amount, Accounts.Of(Accounts.VoucherClaimed, item.VoucherId), Accounts.Of(Accounts.VoucherPaid, item.VoucherId));
            if (redemption.Deducted)
            {
                journal.Move(Asset.Cny, item.Amount, Accounts.Custody, Accounts.Of(Accounts.AuthorityReceivable, claim.AuthorityId));
                journal.Move(Asset.Cny, item.Amount, Accounts.Of(Accounts.SellerProgrammeDue, redemption.SellerId), Accounts.Of(Accounts.SellerPayable, redemption.SellerId));
            }
        }

        var stood = claim.Status;
        claim.Pay(request.Reference!, await FundersAsync(claim, approved, redemptions, cancellationToken), now);
        await references.TakeAsync(claim.AuthorityId, request.Reference!, TransferPurpose.ClaimPayment, claim.Approved, cancellationToken);
        foreach (var funder in claim.Funders)
        {
            journal.Move(Asset.Vouchers(claim.ProgrammeCode), funder.Amount, Accounts.ProgrammeFunded, Accounts.FunderPaid(funder.Name));
        }

        db.JournalEntries.Add(journal);
        var answer = ClaimAnswer.Of(claim);
        audit.Record("claim.paid", ("claim", claim.Id.ToString()), claim.PayeeId, new { answer.Approved, request.Reference, answer.Funders, Before = stood, After = claim.Status });
        return answer;
    }

    /// <summary>Who bears what of the payment, by the rules that each item was redeemed under.</summary>
    private async Task<IReadOnlyList<FunderShare>> FundersAsync(
        Claim claim, IReadOnlyList<ClaimItem> approved, Dictionary<Id<Redemption>, Redemption> redemptions, CancellationToken cancellationToken)
    {
        var versions = await db.ProgrammeVersions.AsNoTracking().Where(v => v.Code == claim.ProgrammeCode).ToDictionaryAsync(v => v.Number, cancellationToken);
        return [.. approved.GroupBy(item => redemptions[item.RedemptionId].ProgrammeVersion).OrderBy(group => group.Key)
            .SelectMany(group => versions[group.Key].Rules.Funding?.Split(group.Sum(item => item.Amount)) ?? [])
            .GroupBy(share => share.Name).Select(share => new FunderShare(share.Key, share.Sum(s => s.Amount)))];
    }
}
