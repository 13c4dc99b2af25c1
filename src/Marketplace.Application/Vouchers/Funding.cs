using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>An allocation with what its callers ask of it.</summary>
public sealed record FundingResult(AllocationRequest Request, VoucherAllocation Allocation)
{
    public Money PublicMoney => Allocation.PublicMoney;

    public IReadOnlyList<UnusedVoucher> NotApplied => Allocation.NotApplied;

    /// <summary>What lowers the buyer's payable; the rest stands beside and is claimed afterwards.</summary>
    public Money Deducted => Allocation.Parts.Where(IsDeducted).Sum(part => part.Amount);

    public IReadOnlyList<QuotedVoucher> ByVoucher => [.. Allocation.Parts.GroupBy(part => (part.VoucherId, part.ProgrammeCode))
        .Select(group => new QuotedVoucher(group.Key.VoucherId, group.Key.ProgrammeCode, group.Sum(part => part.Amount)))];

    public Money DeductedOf(Id<Leg> leg)
    {
        var keys = Request.Lines.Where(line => line.LegId == leg).Select(line => line.Key).ToHashSet();
        return Allocation.Parts.Where(part => keys.Contains(part.LineKey) && IsDeducted(part)).Sum(part => part.Amount);
    }

    public ProgrammeInForce ProgrammeOf(VoucherPart part) => Request.Programmes.Single(programme => programme.Code == part.ProgrammeCode);

    /// <summary>A programme whose tiers go on after these lines, or some of them.</summary>
    public ProgrammeInForce GoOn(ProgrammeInForce programme, Func<FundableLine, bool>? of = null)
    {
        var eligible = Allocation.Decisions.Where(decision => decision.ProgrammeCode == programme.Code).ToDictionary(decision => decision.LineKey, decision => decision.Eligible);
        return Request.Lines.Where(of ?? (_ => true)).Aggregate(programme, (after, line) => after.After(line, eligible.GetValueOrDefault(line.Key)));
    }

    public bool IsDeducted(VoucherPart part) => ProgrammeOf(part).Rules.Mode == ProgrammeMode.Deduct;
}

/// <summary>
/// Gathers what decides which voucher pays, for the one pure function that decides it, and holds and releases what was decided.
/// </summary>
public sealed class Funding(IMarketplaceDb db, SpendHistory spend, MarketplaceSettings settings)
{
    public static FundingResult Allocate(AllocationRequest request) => new(request, VoucherAllocator.Allocate(request));

    /// <summary>The facts as they are kept: the rules stand in their versions, which never change.</summary>
    public static AllocationRequest WithoutRules(AllocationRequest request) =>
        request with { Programmes = [.. request.Programmes.Select(programme => programme with { Rules = new() })] };

    /// <summary>Puts the rules of the pinned versions back.</summary>
    public async Task<AllocationRequest> WithRulesAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        if (request.Programmes.Count == 0)
        {
            return request;
        }

        var codes = request.Programmes.Select(programme => programme.Code).ToList();
        var versions = await db.ProgrammeVersions.AsNoTracking().Where(version => codes.Contains(version.Code)).ToListAsync(cancellationToken);
        return request with
        {
            Programmes = [.. request.Programmes.Select(programme => programme with
            {
                Rules = versions.Single(version => version.Code == programme.Code && version.Number == programme.VersionNumber).Rules,
            })],
        };
    }

    /// <summary>The facts of a plan that isn't an order yet, with every voucher of the buyer's that has something left.</summary>
    public async Task<AllocationRequest> ForPlanAsync(
        Plan plan, Workload workload, Id<Organization> buyerId, IReadOnlyList<Id<Voucher>>? chosen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sellerIds = plan.Legs.Select(leg => leg.SellerId).Distinct().ToList();
        var centerIds = plan.Legs.Select(leg => leg.CenterId).Distinct().ToList();
        var centers = await db.Centers.IgnoreQueryFilters().AsNoTracking().Where(center => centerIds.Contains(center.Id)).ToDictionaryAsync(center => center.Id, cancellationToken);
        sellerIds.AddRange(centers.Values.Select(center => center.OwnerId).Except(sellerIds));
        var parties = await db.Organizations.IgnoreQueryFilters().AsNoTracking().Where(o => sellerIds.Contains(o.Id) || o.Id == buyerId).ToDictionaryAsync(o => o.Id, cancellationToken);
        var accelerators = await db.Accelerators.AsNoTracking().ToDictionaryAsync(accelerator => accelerator.Model, cancellationToken);
        var (programmes, vouchers) = await VouchersAsync(buyerId, now, cancellationToken);
        var scale = programmes.Any(programme => programme.Rules.Provider?.MinPflops is not null)
            ? await ScaleAsync([.. centers.Values.Select(center => center.OwnerId)], accelerators, cancellationToken)
            : [];
        return new()
        {
            Buyer = parties[buyerId],
            OrderedOn = settings.Time.Day(now),
            Today = settings.Time.Day(now),
            OrderTotal = plan.Total,
            ContractFrom = settings.Time.Day(plan.Interval.From.Start),
            ContractTo = settings.Time.Day(plan.Interval.To.Start),
            Chosen = chosen,
            ExternalPublicMoney = await FromOutsideAsync(programmes, buyerId, plan.Total, cancellationToken),
            Programmes = await spend.BeforeOrderAsync(programmes, parties[buyerId], settings.Time.Day(now), plan.Interval, cancellationToken),
            Vouchers = vouchers,
            Lines =
            [
                .. from leg in plan.Legs
                   from line in Lines(leg, plan.Interval)
                   select line with
                   {
                       Seller = parties[leg.SellerId],
                       Operator = parties[centers[leg.CenterId].OwnerId],
                       OperatorPflops = scale.TryGetValue(centers[leg.CenterId].OwnerId, out var pflops) ? pflops : null,
                       RegionCode = centers[leg.CenterId].RegionCode,
                       Origin = accelerators[leg.Accelerator].Origin,
                       Workload = workload,
                   },
            ],
        };
    }

    /// <summary>Holds what was decided, by voucher and leg, and posts it.</summary>
    public async Task HoldAsync(Id<Order> order, FundingResult funding, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lines = funding.Request.Lines.ToDictionary(line => line.Key);
        var parts = funding.Allocation.Parts.GroupBy(part => (part.VoucherId, Leg: lines[part.LineKey].LegId)).ToList();
        var vouchers = await TrackedAsync(parts.Select(part => part.Key.VoucherId), cancellationToken);

        // Tokens may be served in any month of their leg: all that is held for them stands in its first.
        Period MonthOf(FundableLine line) => settings.Time.Period(settings.Time.StartOf(line.Product == Product.Tokens ? funding.Request.ContractFrom ?? line.FirstDay : line.FirstDay));
        foreach (var part in parts)
        {
            var voucher = vouchers[part.Key.VoucherId];
            var amount = part.Sum(p => p.Amount);
            var shares = part.GroupBy(p => MonthOf(lines[p.LineKey])).Select(month => new HeldShare(month.Key, month.Sum(p => p.Amount)));
            db.VoucherHolds.Add(VoucherHold.Of(voucher.Id, order, part.Key.Leg, [.. shares], voucher.Available));
            voucher.Hold(amount, settings.Time.Day(now));
            journal.Move(Asset.Vouchers(voucher.ProgrammeCode), amount, Accounts.Of(Accounts.VoucherAvailable, voucher.Id), Accounts.Of(Accounts.VoucherHeld, voucher.Id));
        }
    }

    /// <summary>The programmes that a leg's order held voucher money of for it, with the rules that the order pinned.</summary>
    public async Task<IReadOnlyDictionary<string, ProgrammeRules>> PayersOfAsync(Leg leg, CancellationToken cancellationToken)
    {
        var pinned = await db.Orders.IgnoreQueryFilters().AsNoTracking().Where(order => order.Id == leg.OrderId).Select(order => order.Funding).SingleAsync(cancellationToken);
        var codes = await (
            from hold in db.VoucherHolds.IgnoreQueryFilters()
            join voucher in db.Vouchers.IgnoreQueryFilters() on hold.VoucherId equals voucher.Id
            where hold.LegId == leg.Id
            select voucher.ProgrammeCode).Distinct().ToListAsync(cancellationToken);
        return (await WithRulesAsync(pinned, cancellationToken)).Programmes.Where(programme => codes.Contains(programme.Code))
            .ToDictionary(programme => programme.Code, programme => programme.Rules);
    }

    /// <summary>
    /// Gives back the share of a leg's holds that stood for what falls away of its price, to where each voucher is by now, and posts it.
    /// </summary>
    /// <param name="leg">The leg.</param>
    /// <param name="before">What vouchers could pay a share of up to now, by month of use.</param>
    /// <param name="after">What stays of that; hours that no invoice billed fall away.</param>
    /// <param name="journal">Takes the postings.</param>
    /// <param name="now">The market's time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What of it had lowered the buyer's payable.</returns>
    public async Task<Money> ReleasePartAsync(
        Leg leg, IReadOnlyDictionary<Period, Money> before, IReadOnlyDictionary<Period, Money> after, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var payers = await PayersOfAsync(leg, cancellationToken);
        var holds = (await db.VoucherHolds.IgnoreQueryFilters().Where(hold => hold.LegId == leg.Id).ToListAsync(cancellationToken)).Where(hold => hold.Left.IsPositive).ToList();
        var vouchers = await TrackedAsync(holds.Select(hold => hold.VoucherId), cancellationToken);
        var deducted = Money.Zero;
        foreach (var hold in holds)
        {
            var amount = before.Sum(month => hold.TakeShare(month.Key, month.Value - after.GetValueOrDefault(month.Key), month.Value));
            await GiveBackAsync(vouchers[hold.VoucherId], amount, journal, now, cancellationToken);
            deducted += payers[vouchers[hold.VoucherId].ProgrammeCode].Mode == ProgrammeMode.Deduct ? amount : Money.Zero;
        }

        return deducted;
    }

    /// <summary>Gives back what is still held for legs, to where each voucher is by now, and posts it.</summary>
    public async Task ReleaseAsync(IReadOnlyCollection<Id<Leg>> legs, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var holds = legs.Count == 0 ? [] : (await db.VoucherHolds.IgnoreQueryFilters().Where(hold => legs.Contains(hold.LegId)).ToListAsync(cancellationToken))
            .Where(hold => hold.Left.IsPositive).ToList();
        var vouchers = await TrackedAsync(holds.Select(hold => hold.VoucherId), cancellationToken);
        foreach (var hold in holds)
        {
            var amount = hold.Left;
            hold.Take(amount);
            await GiveBackAsync(vouchers[hold.VoucherId], amount, journal, now, cancellationToken);
        }
    }

    private async Task GiveBackAsync(Voucher voucher, Money amount, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var went = voucher.Release(amount, settings.Time.Day(now));
        journal.Move(Asset.Vouchers(voucher.ProgrammeCode), amount, Accounts.Of(Accounts.VoucherHeld, voucher.Id), Accounts.Of(AccountOf(went), voucher.Id));
        await ReturnToBudgetAsync(voucher, went, amount, now, cancellationToken);
    }

    /// <summary>What expired or was revoked can be issued again while the budget's year lasts.</summary>
    public async Task ReturnToBudgetAsync(Voucher voucher, VoucherBalance went, Money amount, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (went is VoucherBalance.Expired or VoucherBalance.Revoked && amount.IsPositive)
        {
            var budget = await db.ProgrammeBudgets.IgnoreQueryFilters()
                .SingleAsync(b => b.Code == voucher.ProgrammeCode && b.Year == voucher.BudgetYear, cancellationToken);
            if (budget.IsOpenOn(settings.Time.Day(now)))
            {
                budget.Return(amount);
            }
        }
    }

    public async Task<Dictionary<Id<Voucher>, Voucher>> TrackedAsync(IEnumerable<Id<Voucher>> ids, CancellationToken cancellationToken)
    {
        var wanted = ids.Distinct().ToList();
        return wanted.Count == 0 ? [] : await db.Vouchers.IgnoreQueryFilters().Where(voucher => wanted.Contains(voucher.Id)).ToDictionaryAsync(voucher => voucher.Id, cancellationToken);
    }

    public static string AccountOf(VoucherBalance balance) => balance switch
    {
        VoucherBalance.Available => Accounts.VoucherAvailable,
        VoucherBalance.Held => Accounts.VoucherHeld,
        VoucherBalance.Redeemed => Accounts.VoucherRedeemed,
        VoucherBalance.Expired => Accounts.VoucherExpired,
        _ => Accounts.VoucherRevoked,
    };

    /// <summary>A plan's leg as the lines that its invoices would have: one a period and price.</summary>
    private IEnumerable<FundableLine> Lines(PlannedLeg leg, HourRange interval)
    {
        if (leg is { TokenPrices: { } prices, ExpectedTokens: { } tokens })
        {
            return from unit in ((string Name, Money Amount)[])
                       [("input", prices.InputPerMillion.Of(tokens.Input, TokenPrices.Unit)), ("output", prices.OutputPerMillion.Of(tokens.Output, TokenPrices.Unit))]
                   from month in TokenMonths.Of(unit.Amount, interval, settings.Time)
                   select LineOf(leg, month.Hours, $"{month.Period}/{unit.Name}", month.Amount);
        }

        return new Tariff(leg.PricePerCardHour, leg.OffPeak, settings.Time).Bands(interval).Select(part => LineOf(
            leg, settings.Time.Hours(part.Band.Period).Intersect(interval), $"{part.Band.Period}/{(part.Band.OffPeak ? "off-peak" : "standard")}",
            CardTime.Of(leg.Cards, leg.MilliPerCard, 3600L * part.Hours).At(part.Band.UnitPrice)));
    }

    private FundableLine LineOf(PlannedLeg leg, HourRange covered, string name, Money amount) => new()
    {
        Key = $"{leg.Id}/{name}",
        LegId = leg.Id,
        Amount = amount,
        Seller = null!,
        RegionCode = "",
        Accelerator = leg.Accelerator,
        Origin = default,
        Workload = default,
        Product = leg.Product,
        ListingId = leg.ListingId,
        FirstDay = settings.Time.Day(covered.From.Start),
        LastDay = settings.Time.Day((covered.To - 1).Start),
    };

    private async Task<(IReadOnlyList<ProgrammeInForce> Programmes, IReadOnlyList<SpendableVoucher> Vouchers)> VouchersAsync(
        Id<Organization> buyer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var vouchers = await db.Vouchers.IgnoreQueryFilters().AsNoTracking()
            .Where(voucher => voucher.OrganizationId == buyer && voucher.Available > Money.Zero && voucher.RevokedAt == null).ToListAsync(cancellationToken);
        var codes = vouchers.Select(voucher => voucher.ProgrammeCode).Distinct().ToList();
        var versions = (await db.ProgrammeVersions.AsNoTracking().Where(version => codes.Contains(version.Code)).ToListAsync(cancellationToken))
            .GroupBy(version => version.Code);
        IReadOnlyList<ProgrammeInForce> programmes = [.. versions.Select(group => ProgrammeVersion.InForce(group, now)).OfType<ProgrammeVersion>()
            .Select(version => new ProgrammeInForce { Code = version.Code, VersionNumber = version.Number, Rules = version.Rules })];
        var inForce = programmes.Select(programme => programme.Code).ToHashSet();
        return (programmes, [.. vouchers.Where(voucher => inForce.Contains(voucher.ProgrammeCode)).Select(Spendable)]);
    }

    /// <summary>
    /// What of the public money from outside counts as given for a new order, where a ceiling asks: what the buyer's approved
    /// applications declare, less what its orders took up before, at most the order. A source that stands in several
    /// applications is one: the most that any says.
    /// </summary>
    private async Task<Money> FromOutsideAsync(
        IReadOnlyList<ProgrammeInForce> programmes, Id<Organization> buyer, Money total, CancellationToken cancellationToken)
    {
        if (programmes.All(programme => programme.Rules.Stacking?.PublicMoneyCeiling is null))
        {
            return Money.Zero;
        }

        var declared = (await db.VoucherApplications.IgnoreQueryFilters().AsNoTracking().Where(a => a.OrganizationId == buyer && a.Status == ApplicationStatus.Approved)
            .Select(a => a.PublicMoneyFromOutside).ToListAsync(cancellationToken))
            .SelectMany(money => money).GroupBy(money => money.Source.Trim(), StringComparer.OrdinalIgnoreCase).Sum(source => source.Max(money => money.Amount));
        var taken = declared.IsZero ? Money.Zero : (await db.Orders.IgnoreQueryFilters()
            .Where(order => order.BuyerId == buyer && order.PublicMoneyFromOutside > Money.Zero && order.Legs.Any(leg => leg.CancelledAt == null))
            .Select(order => order.PublicMoneyFromOutside).ToListAsync(cancellationToken)).Sum();
        return Money.Min(total, Money.Max(declared - taken, Money.Zero));
    }

    /// <summary>What is available of a voucher, to any line.</summary>
    public static SpendableVoucher Spendable(Voucher voucher) => new()
    {
        Id = voucher.Id,
        ProgrammeCode = voucher.ProgrammeCode,
        ExpiresOn = voucher.ExpiresOn,
        Limit = voucher.Available,
    };

    /// <summary>PFLOPS at FP16 that each provider has in the market.</summary>
    private async Task<Dictionary<Id<Organization>, decimal>> ScaleAsync(
        IReadOnlyCollection<Id<Organization>> providers, Dictionary<string, Accelerator> accelerators, CancellationToken cancellationToken)
    {
        var cards = await db.Nodes.IgnoreQueryFilters().Where(node => providers.Contains(node.OwnerId) && node.WithdrawnFrom == null)
            .GroupBy(node => new { node.OwnerId, node.Accelerator }).Select(group => new { group.Key.OwnerId, group.Key.Accelerator, Cards = group.Sum(node => node.Cards) })
            .ToListAsync(cancellationToken);
        return cards.GroupBy(row => row.OwnerId).ToDictionary(group => group.Key, group => group.Sum(row => row.Cards * accelerators[row.Accelerator].Fp16Tflops) / 1000);
    }
}
