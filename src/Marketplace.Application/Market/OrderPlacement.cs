using Marketplace.Application.Audit;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Makes an order of a quote, inside the transaction that is under way: cards, vouchers and deposit are held together, or nothing is.</summary>
public sealed class OrderPlacement(IMarketplaceDb db, Booking booking, Funding funding, Contracting contracting, TradeCircles circles, FraudFlags flags, AuditLog audit)
{
    /// <exception cref="RuleException">
    /// <c>quote.used</c>, <c>quote.expired</c>, <c>capacity.taken</c>, <c>voucher.insufficient</c> or <c>funds.insufficient</c>.
    /// </exception>
    public async Task<OrderAnswer> PlaceAsync(Quote quote, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(quote);
        var (id, buyer) = (Id<Order>.New(now), quote.BuyerId);
        quote.Use(id, now);
        var account = await db.BuyerAccounts.SingleAsync(a => a.OrganizationId == buyer, cancellationToken);
        var plan = await booking.BookAsync(quote.Demand, quote.Plan, buyer, now, cancellationToken);

        // Decided anew, on the vouchers as they are now; the buyer is never made to pay more than the quote said.
        var facts = await funding.ForPlanAsync(plan, quote.Demand.Workload, buyer, quote.Chosen, now, cancellationToken);
        var vouchers = Funding.Allocate(facts);
        if (plan.Total - vouchers.Deducted > quote.Payable)
        {
            throw VoucherErrors.Insufficient(quote.PublicMoney, vouchers.PublicMoney);
        }

        var order = Make(id, quote, plan, facts, vouchers, now);
        account.Hold(order.DepositHeld);
        var journal = JournalEntry.For("order.held", id.ToString(), now)
            .Move(Asset.Cny, order.DepositHeld, debit: Accounts.Deposit(buyer), credit: Accounts.Held(buyer));
        await funding.HoldAsync(id, vouchers, journal, now, cancellationToken);
        db.Orders.Add(order);
        db.JournalEntries.Add(journal);
        await contracting.ConcludeAsync(order, now, cancellationToken);
        var answer = OrderAnswer.Of(order, vouchers.ByVoucher, now);
        audit.Record("order.placed", ("order", id.ToString()), buyer, answer);
        await circles.FlagAsync(order, cancellationToken);
        await FlagRelatedAsync(order, vouchers, cancellationToken);
        await FlagTransferAsync(order, quote.Chosen ?? [], cancellationToken);
        return answer;
    }

    /// <summary>A voucher pays for its own applicant alone; who names another's was given it, or has come by its id.</summary>
    private async Task FlagTransferAsync(Order order, IReadOnlyList<Id<Voucher>> chosen, CancellationToken cancellationToken)
    {
        var others = chosen.Count == 0 ? [] : await db.Vouchers.IgnoreQueryFilters()
            .Where(voucher => EF.Parameter(chosen).Contains(voucher.Id) && voucher.OrganizationId != order.BuyerId).OrderBy(voucher => voucher.Id)
            .Select(voucher => new { voucher.Id, voucher.OrganizationId }).ToListAsync(cancellationToken);
        if (others.Count > 0)
        {
            await flags.RaiseAsync(FlagCodes.VoucherTransfer, ("order", order.Id.ToString()), order.BuyerId, new { vouchers = others }, cancellationToken);
        }
    }

    /// <summary>Related parties may trade, but not with vouchers: that one was at hand is for somebody to look at.</summary>
    private async Task FlagRelatedAsync(Order order, FundingResult vouchers, CancellationToken cancellationToken)
    {
        var tried = vouchers.NotApplied.Where(unused => unused.Code == RuleCodes.RelatedParties).Select(unused => unused.VoucherId).ToList();
        if (tried.Count > 0)
        {
            await flags.RaiseAsync(
                FlagCodes.RelatedParties, ("order", order.Id.ToString()), order.BuyerId,
                new { sellers = order.Legs.Select(leg => leg.SellerId).Distinct().Order(), vouchers = tried }, cancellationToken);
        }
    }

    private static Order Make(Id<Order> id, Quote quote, Plan plan, AllocationRequest facts, FundingResult vouchers, DateTimeOffset now) => new()
    {
        Id = id,
        BuyerId = quote.BuyerId,
        QuoteId = quote.Id,
        Workload = quote.Demand.Workload,
        PlacedAt = now,
        Total = plan.Total,
        PublicMoney = vouchers.PublicMoney,
        PublicMoneyFromOutside = facts.ExternalPublicMoney,
        Payable = plan.Total - vouchers.Deducted,
        DepositHeld = plan.Total - vouchers.Deducted,
        From = plan.Interval.From,
        To = plan.Interval.To,
        Funding = Funding.WithoutRules(facts),
        Legs = [.. plan.Legs.Select((leg, position) => MakeLeg(id, quote, plan, leg, position, leg.Amount - vouchers.DeductedOf(leg.Id)))],
    };

    private static Leg MakeLeg(Id<Order> id, Quote quote, Plan plan, PlannedLeg leg, int position, Money held) => new()
    {
        Id = leg.Id,
        OrderId = id,
        BuyerId = quote.BuyerId,
        SellerId = leg.SellerId,
        ListingId = leg.ListingId,
        ParentId = leg.ParentId,
        CenterId = leg.CenterId,
        NodeId = leg.NodeId,
        NodeName = leg.Node,
        Position = position,
        Accelerator = leg.Accelerator,
        Cards = leg.Cards,
        MilliPerCard = leg.MilliPerCard,
        CpuMilliPerCard = quote.Demand.CpuMilliPerCard,
        MemoryMiBPerCard = quote.Demand.MemoryMiBPerCard,
        From = plan.Interval.From,
        To = plan.Interval.To,
        Product = leg.Product,
        Workload = quote.Demand.Workload,
        PricePerCardHour = leg.PricePerCardHour,
        OffPeak = leg.OffPeak,
        TokenPrices = leg.TokenPrices,
        ExpectedTokens = leg.ExpectedTokens,
        Amount = leg.Amount,
        DepositHeld = held,
    };
}
