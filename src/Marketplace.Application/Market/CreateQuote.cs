using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

public sealed record QuoteLegAnswer(
    Id<Leg> Id, Id<Listing> ListingId, Id<Organization> SellerId, Id<Center> CenterId, string Node, string Accelerator, int Cards, int MilliPerCard,
    Hour From, Hour To, Product Product, Money Amount)
{
    public static IReadOnlyList<QuoteLegAnswer> Of(Plan plan) => [.. plan.Legs.Select(leg => new QuoteLegAnswer(
        leg.Id, leg.ListingId, leg.SellerId, leg.CenterId, leg.Node, leg.Accelerator, leg.Cards, leg.MilliPerCard,
        plan.Interval.From, plan.Interval.To, leg.Product, leg.Amount))];
}

/// <summary>A quote as its buyer sees it.</summary>
/// <param name="OrderId">What was ordered of it; null while nothing was.</param>
public sealed record QuoteAnswer(
    Id<Quote> Id, QuoteStatus Status, Id<Organization> BuyerId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, Hour From, Hour To, IReadOnlyList<QuoteLegAnswer> Legs, Money Total,
    IReadOnlyList<QuotedVoucher> Vouchers, Money PublicMoney, Money Payable, IReadOnlyList<UnusedVoucher> VouchersNotApplied, Id<Order>? OrderId,
    WorkBasis? Work = null)
{
    public static QuoteAnswer Of(Quote quote, DateTimeOffset now) => new(
        quote.Id, quote.StatusAt(now), quote.BuyerId, quote.CreatedAt, quote.ExpiresAt, quote.Plan.Interval.From, quote.Plan.Interval.To,
        QuoteLegAnswer.Of(quote.Plan), quote.Plan.Total, quote.Vouchers, quote.PublicMoney, quote.Payable, quote.VouchersNotApplied,
        quote.OrderId, quote.Work);
}

/// <summary>A plan that would work. It can't be ordered: ask for a quote with its terms.</summary>
/// <param name="Compromise">What differs from the demand.</param>
/// <param name="From">Of all its legs.</param>
/// <param name="To">Of all its legs.</param>
/// <param name="Legs">As a quote's.</param>
/// <param name="Total">Before vouchers.</param>
public sealed record AlternativeAnswer(Compromise Compromise, Hour From, Hour To, IReadOnlyList<QuoteLegAnswer> Legs, Money Total)
{
    public static AlternativeAnswer Of(Alternative alternative) => new(
        alternative.Compromise, alternative.Plan.Interval.From, alternative.Plan.Interval.To, QuoteLegAnswer.Of(alternative.Plan), alternative.Plan.Total);
}

public sealed record UnfillableAnswer(string Status, IReadOnlyList<UnfillableReason> Reasons, IReadOnlyList<AlternativeAnswer> Alternatives);

/// <summary>Exactly one of the two is there.</summary>
public sealed record QuoteOutcome(QuoteAnswer? Quote, UnfillableAnswer? Unfillable);

/// <summary>Asks for a priced plan. It reserves nothing, and stands for some minutes.</summary>
public sealed record CreateQuote : DemandInput, ICommand<QuoteOutcome>;

public sealed class CreateQuoteValidator : DemandInputValidator<CreateQuote>;

public sealed class CreateQuoteHandler(
    IMarketplaceDb db, RequestContext context, MarketMatch market, LiveCapacity capacity, QuoteMaker quotes, AuditLog audit, MarketClock clock)
    : IRequestHandler<CreateQuote, QuoteOutcome>
{
    public async Task<QuoteOutcome> Handle(CreateQuote request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var buyer = context.Caller.OrganizationId;
        var answer = await market.AnswerAsync(request.ToDemand(now), request.ToWork(), buyer, now, cancellationToken);
        capacity.Observe(answer.Demand);
        if (answer.Match.Plan is not { } plan)
        {
            db.Enquiries.Add(Enquiry.Unfillable(buyer, answer.Demand, answer.Match.Reasons[0], now));
            return new(null, new("unfillable", answer.Match.Reasons, [.. answer.Alternatives.Select(AlternativeAnswer.Of)]));
        }

        var quote = await quotes.MakeAsync(buyer, answer.Demand, plan, answer.Basis, (request.Vouchers ?? VoucherChoice.Auto).Only, now, cancellationToken);
        db.Quotes.Add(quote);
        db.Enquiries.Add(Enquiry.Filled(quote));
        audit.Record("quote.made", ("quote", quote.Id.ToString()), buyer, new { plan.Total, legs = plan.Legs.Count, quote.ExpiresAt });
        return new(QuoteAnswer.Of(quote, now), null);
    }
}

/// <summary>Prices a plan for a buyer: what his vouchers pay of it as they are now.</summary>
public sealed class QuoteMaker(Funding funding)
{
    public async Task<Quote> MakeAsync(
        Id<Organization> buyer, Demand demand, Plan plan, WorkBasis? work, IReadOnlyList<Id<Voucher>>? chosen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var vouchers = Funding.Allocate(await funding.ForPlanAsync(plan, demand.Workload, buyer, chosen, now, cancellationToken));
        var start = plan.Interval.From.Start;
        return new()
        {
            Id = Id<Quote>.New(now),
            BuyerId = buyer,
            Demand = demand,
            Plan = plan,
            Work = work,
            CreatedAt = now,
            // Hours that have begun aren't sold, so a quote doesn't outlast its own start.
            ExpiresAt = start > now && start < now + Quote.Validity ? start : now + Quote.Validity,
            Chosen = chosen,
            Vouchers = vouchers.ByVoucher,
            VouchersNotApplied = vouchers.NotApplied,
            PublicMoney = vouchers.PublicMoney,
            Payable = plan.Total - vouchers.Deducted,
        };
    }
}

public sealed record GetQuote(Id<Quote> Id) : IQuery<QuoteAnswer>;

public sealed class GetQuoteHandler(IMarketplaceDb db, MarketClock clock) : IRequestHandler<GetQuote, QuoteAnswer>
{
    public async Task<QuoteAnswer> Handle(GetQuote request, CancellationToken cancellationToken) =>
        QuoteAnswer.Of(
            await db.Quotes.AsNoTracking().SingleOrDefaultAsync(quote => quote.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("quote"),
            clock.GetUtcNow());
}

/// <summary>What quotes can be sorted by.</summary>
public enum QuoteColumn
{
    CreatedAt,
    Payable,
}

/// <summary>The caller's quotes, the newest first where it isn't said otherwise.</summary>
/// <param name="OrganizationId">Those of this buyer.</param>
public sealed record ListQuotes(PageRequest Page, QuoteStatus? Status = null, Id<Organization>? OrganizationId = null, Sort<QuoteColumn>? Sort = null)
    : IQuery<Page<QuoteAnswer>>, IPaged;

public sealed class ListQuotesHandler(IMarketplaceDb db, MarketClock clock) : IRequestHandler<ListQuotes, Page<QuoteAnswer>>
{
    public async Task<Page<QuoteAnswer>> Handle(ListQuotes request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var quotes = db.Quotes.AsNoTracking().Where(quote => request.OrganizationId == null || quote.BuyerId == request.OrganizationId);
        quotes = request.Status switch
        {
            QuoteStatus.Used => quotes.Where(quote => quote.OrderId != null),
            QuoteStatus.Open => quotes.Where(quote => quote.OrderId == null && quote.ExpiresAt > now),
            QuoteStatus.Expired => quotes.Where(quote => quote.OrderId == null && quote.ExpiresAt <= now),
            _ => quotes,
        };
        return (await quotes.SortedAsync(
                db.Quotes, request.Page, request.Sort, new() { QuoteColumn.CreatedAt, { QuoteColumn.Payable, quote => quote.Payable } }, cancellationToken))
            .Select(quote => QuoteAnswer.Of(quote, now));
    }
}
