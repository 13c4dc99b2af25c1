using Marketplace.Application.Audit;
using Marketplace.Application.Metering;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>
/// Bills all that one buyer owes one seller for a closed period, in one transaction: the invoice with its number, captured
/// vouchers, what the deposit pays, credit notes for usage corrected downwards, and what is released of holds.
/// </summary>
public sealed record BillParties(Period Period, Id<Organization> SellerId, Id<Organization> BuyerId) : ICommand<BilledAnswer>;

/// <param name="Invoices">0 or 1.</param>
/// <param name="CreditNotes">One for each invoice that is corrected.</param>
/// <param name="AlreadyBilled">Whether somebody else had billed the two.</param>
public sealed record BilledAnswer(int Invoices, int CreditNotes, bool AlreadyBilled = false);

public sealed class BillPartiesHandler(
    IMarketplaceDb db, MeterComparing comparing, Rater rater, VatRates vat, Corroborated corroborated, Funding funding, SpendHistory spend, DocumentNumbers numbers,
    Invoicing invoicing, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<BillParties, BilledAnswer>
{
    public async Task<BilledAnswer> Handle(BillParties request, CancellationToken cancellationToken)
    {
        var (period, seller, buyer) = request;
        if (await db.BilledPairs.AnyAsync(pair => pair.Period == period && pair.SellerId == seller && pair.OrganizationId == buyer, cancellationToken))
        {
            return new(0, 0, AlreadyBilled: true);
        }

        var now = clock.GetUtcNow();
        db.BilledPairs.Add(new() { Period = period, SellerId = seller, OrganizationId = buyer });
        var legs = await db.Legs.Where(BillableLegs.Of(settings.Time.Hours(period))).Where(leg => leg.SellerId == seller && leg.BuyerId == buyer).ToListAsync(cancellationToken);
        var orderIds = legs.Select(leg => leg.OrderId).Distinct().ToList();
        var orders = await db.Orders.AsNoTracking().Where(order => orderIds.Contains(order.Id)).ToDictionaryAsync(order => order.Id, cancellationToken);
        await comparing.CompareAsync(legs, cancellationToken);
        var rated = await rater.RateAsync(legs, period, cancellationToken);
        var account = await db.BuyerAccounts.SingleAsync(a => a.OrganizationId == buyer, cancellationToken);
        var credits = await CreditAsync(rated, now, cancellationToken);
        var invoice = await InvoiceAsync(request, rated, orders, account, now, cancellationToken);
        var over = rated.Where(leg => !leg.IsWithheld && leg.Leg.To <= settings.Time.Hours(period).To).Select(leg => leg.Leg);
        await ReleaseAsync(request, [.. over], account, now, cancellationToken);
        await ReopenResoldAsync(rated, now, cancellationToken);
        legs.ForEach(leg => leg.Billed());

        audit.Record("parties.billed", ("organization", buyer.ToString()), seller, new { period, buyer, invoice = invoice?.Number, total = invoice?.Total, credits });
        return new(invoice is null ? 0 : 1, credits);
    }

    private async Task<Invoice?> InvoiceAsync(
        BillParties request, IReadOnlyList<RatedUsage> rated, Dictionary<Id<Order>, Order> orders, BuyerAccount account, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var billed = new List<BilledOrder>();
        foreach (var order in rated.Where(leg => leg.Rated.Lines.Count > 0).GroupBy(leg => leg.Leg.OrderId).OrderBy(group => group.Key))
        {
            billed.Add(await FundAsync(orders[order.Key], [.. order.OrderBy(leg => leg.Leg.Position)], request.Period, billed, now, cancellationToken));
        }

        if (billed.Count == 0)
        {
            return null;
        }

        var taxpayer = await vat.TaxpayerAsync(request.SellerId, cancellationToken);
        var head = new InvoiceHead(
            Id<Invoice>.New(now), await numbers.NextAsync(request.SellerId, NumberSeries.Invoice, now, cancellationToken), InvoiceKind.Regular,
            request.SellerId, request.BuyerId, request.Period, now, taxpayer)
        {
            DueOn = invoicing.DueOn(now),
        };
        var invoice = Invoicing.Compose(head, billed, await vat.OfAsync(rated.Select(leg => leg.Leg), taxpayer, cancellationToken), _ => Id<InvoiceLine>.New(now));
        var journal = JournalEntry.For("invoice.issued", invoice.Id.ToString(), now);
        EndDepositHolds(billed, invoice, account, journal);
        await CaptureAsync(billed, journal, now, cancellationToken);
        await invoicing.PostAsync(invoice, account, journal, cancellationToken);
        db.JournalEntries.Add(journal);
        db.InvoiceFacts.AddRange(billed.Select(order => new InvoiceFacts
        {
            InvoiceId = invoice.Id,
            OrderId = order.Order.Id,
            Allocations = [.. order.Fundings.Select(f => Funding.WithoutRules(f.Request))],
            Hours = [.. rated.Where(leg => leg.Leg.OrderId == order.Order.Id).SelectMany(leg => leg.Facts)],
        }));
        audit.Record("invoice.issued", ("invoice", invoice.Id.ToString()), invoice.OrganizationId, new
        {
            invoice.Number,
            invoice.SellerId,
            invoice.Period,
            invoice.Total,
            invoice.VoucherTotal,
            invoice.Payable,
            Digest = Convert.ToHexStringLower(invoice.ContentDigest),
        });
        return invoice;
    }

    /// <summary>
    /// Which vouchers pay an order's lines: what it holds of them first; for what came late, after that, what is available.
    /// </summary>
    private async Task<BilledOrder> FundAsync(
        Order order, IReadOnlyList<RatedUsage> legs, Period period, IReadOnlyList<BilledOrder> sameInvoice, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lines = legs.SelectMany(leg => leg.Rated.Lines.Select((line, i) => (Key: $"{leg.Leg.Id}/{i}", leg.Leg, Line: line, Fundable: leg.Fundable(line), Usage: leg))).ToList();
        var pinned = await WithSpendAsync(
            await funding.WithRulesAsync(order.Funding, cancellationToken), period, [.. lines.Select(line => line.Line.Band.Period)], sameInvoice, cancellationToken);
        var evidence = await corroborated.HoursAsync(legs, pinned.Programmes, settings.Time.Hours(period).To, cancellationToken);
        var (before, held) = pinned.Programmes.Count == 0 ? ([], []) : await RedeemedAndHeldAsync(order, [.. legs.Select(leg => leg.Leg.Id)], cancellationToken);
        var fundable = lines.Where(line => line.Fundable.IsPositive)
            .Select(line => Fundable(pinned, line.Key, line.Usage, line.Line, line.Fundable, evidence)).ToList();
        var first = Funding.Allocate(FundingFacts.Of(pinned, settings.Time.Day(now), before, fundable, held));
        var late = await FundLateAsync(order, pinned, before, lines.Where(line => line.Line.Kind == LineKind.Adjustment).Select(line => line.Key).ToHashSet(), first, sameInvoice, now, cancellationToken);
        return new(order, lines.ToDictionary(line => line.Key, line => (line.Leg, line.Line)), late is null ? [first] : [first, late]);
    }

    /// <summary>What vouchers paid of an order before, and what they hold of legs.</summary>
    private async Task<(IReadOnlyList<Redemption> Before, IReadOnlyList<SpendableVoucher> Held)> RedeemedAndHeldAsync(
        Order order, List<Id<Leg>> legs, CancellationToken cancellationToken)
    {
        var before = await db.Redemptions.AsNoTracking().Where(r => r.OrderId == order.Id && r.Reward == null).ToListAsync(cancellationToken);
        var held = await (
            from hold in db.VoucherHolds
            join voucher in db.Vouchers on hold.VoucherId equals voucher.Id
            where legs.Contains(hold.LegId)
            select new { hold, voucher }).AsNoTracking().ToListAsync(cancellationToken);
        return (before, [.. held.Where(row => row.hold.Left.IsPositive).Select(row => new SpendableVoucher
        {
            Id = row.voucher.Id,
            ProgrammeCode = row.voucher.ProgrammeCode,
            ExpiresOn = row.voucher.ExpiresOn,
            Limit = row.hold.Left,
            HeldFor = row.hold.LegId,
            Available = row.hold.AvailableBefore,
        })]);
    }

    /// <summary>
    /// Tiers go on from what was invoiced of the year, the orders before on the same invoice included: each line once, though what came
    /// late is allocated a second time.
    /// </summary>
    private async Task<AllocationRequest> WithSpendAsync(
        AllocationRequest pinned, Period period, IReadOnlyCollection<Period> usage, IReadOnlyList<BilledOrder> sameInvoice, CancellationToken cancellationToken)
    {
        var others = sameInvoice.SelectMany(order => order.Lines.Values).Select(line => line.Rated.Band.Period);
        var programmes = await spend.BeforeInvoiceAsync(pinned.Programmes, pinned.Buyer, period, [.. usage, .. others], cancellationToken);
        return pinned with
        {
            Programmes = [.. programmes.Select(programme => programme.Rules.Tiers is null ? programme : sameInvoice.Aggregate(programme, (after, order) => order.Fundings[0].GoOn(after)))],
        };
    }

    /// <summary>What is available is what the orders before on the same invoice left of it: it is captured for all of them together.</summary>
    private async Task<FundingResult?> FundLateAsync(
        Order order, AllocationRequest pinned, IReadOnlyList<Redemption> before, HashSet<string> late, FundingResult first, IReadOnlyList<BilledOrder> sameInvoice,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A line that held money pays part of isn't paid again: its ratio is of its gross.
        var open = first.Request.Lines.Where(line => late.Contains(line.Key) && first.Allocation.Parts.All(part => part.LineKey != line.Key)).ToList();
        if (open.Count == 0)
        {
            return null;
        }

        var codes = pinned.Programmes.Select(programme => programme.Code).ToList();
        var available = await db.Vouchers.AsNoTracking()
            .Where(v => v.OrganizationId == order.BuyerId && codes.Contains(v.ProgrammeCode) && v.Available > Money.Zero && v.RevokedAt == null).ToListAsync(cancellationToken);
        var drawn = sameInvoice.SelectMany(other => other.Fundings).SelectMany(f => f.Allocation.Parts).Where(part => part.HeldFor is null).ToLookup(part => part.VoucherId, part => part.Amount);
        var vouchers = available.Select(Funding.Spendable).Select(voucher => voucher with { Limit = voucher.Limit - drawn[voucher.Id].Sum() });
        var taken = first.Allocation.Parts.Select(part => (part.ProgrammeCode, part.Amount));
        var again = open.Select(line => line.Key).ToHashSet();
        pinned = pinned with { Programmes = [.. pinned.Programmes.Select(programme => programme.Rules.Tiers is null ? programme : first.GoOn(programme, line => !again.Contains(line.Key)))] };
        return Funding.Allocate(FundingFacts.Of(pinned, settings.Time.Day(now), before, open, [.. vouchers], taken));
    }

    private FundableLine Fundable(AllocationRequest pinned, string key, RatedUsage usage, RatedLine line, Money amount, CorroboratedHours evidence) =>
        pinned.Lines.First(fact => fact.LegId == usage.Leg.Id) with
        {
            Key = key,
            Amount = amount,
            FirstDay = settings.Time.Day(line.Hours.Runs[0].From.Start),
            LastDay = settings.Time.Day((line.Hours.Runs[^1].From + (line.Hours.Runs[^1].Hours - 1)).Start),
            Attested = usage.IsAttested(line),
            CorroboratedByEnergy = evidence.ByEnergy?.GetValueOrDefault(usage.Leg.Id) is { } plausible ? usage.Fundable(line, plausible) : null,
            CorroboratedByBuyer = evidence.ByBuyer?.GetValueOrDefault(usage.Leg.Id) is { } agreed ? usage.Fundable(line, agreed) : null,
        };

    /// <summary>What was held for the legs ends with the invoice that it was held for; the invoice is paid from the deposit then.</summary>
    private static void EndDepositHolds(IReadOnlyList<BilledOrder> billed, Invoice invoice, BuyerAccount account, JournalEntry journal)
    {
        var legs = billed.SelectMany(order => order.Lines.Values.Select(line => line.Leg)).DistinctBy(leg => leg.Id).ToDictionary(leg => leg.Id);
        var ended = Money.Zero;
        foreach (var due in invoice.Lines.GroupBy(line => line.LegId))
        {
            var leg = legs[due.Key];
            var amount = Money.Min(leg.DepositHeld, Money.Max(due.Sum(line => line.Payable), Money.Zero));
            leg.DepositHeld -= amount;
            ended += amount;
        }

        account.Release(ended);
        journal.Move(Asset.Cny, ended, Accounts.Held(invoice.OrganizationId), Accounts.Deposit(invoice.OrganizationId));
    }

    private async Task CaptureAsync(IReadOnlyList<BilledOrder> billed, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parts = billed.SelectMany(order => order.Fundings.SelectMany(f => f.Allocation.Parts)).ToList();
        if (parts.Count == 0)
        {
            return;
        }

        var vouchers = await funding.TrackedAsync(parts.Select(part => part.VoucherId), cancellationToken);
        var legIds = parts.Where(part => part.HeldFor is not null).Select(part => part.HeldFor!.Value).Distinct().ToList();
        var holds = await db.VoucherHolds.Where(hold => legIds.Contains(hold.LegId)).ToDictionaryAsync(hold => (hold.VoucherId, hold.LegId), cancellationToken);
        foreach (var part in parts)
        {
            var voucher = vouchers[part.VoucherId];
            if (part.HeldFor is { } leg)
            {
                holds[(voucher.Id, leg)].Take(part.Amount);
                voucher.Capture(part.Amount);
            }
            else
            {
                voucher.CaptureAvailable(part.Amount, settings.Time.Day(now));
            }

            journal.Move(
                Asset.Vouchers(voucher.ProgrammeCode), part.Amount, Accounts.Of(part.HeldFor is null ? Accounts.VoucherAvailable : Accounts.VoucherHeld, voucher.Id),
                Accounts.Of(Accounts.VoucherRedeemed, voucher.Id));
        }
    }

    private async Task<int> CreditAsync(IReadOnlyList<RatedUsage> rated, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hours = rated.SelectMany(leg => leg.TakeBack()).Select(taken => (taken.Line, Credit: new Func<Id<CreditNote>, CreditNoteLine>(note => taken.Line.CreditHours(taken.Hours, note, now))));
        var tokens = rated.SelectMany(leg => leg.TakeTokensBack()).Select(taken => (taken.Line, Credit: new Func<Id<CreditNote>, CreditNoteLine>(note => taken.Line.CreditTokens(taken.Tokens, note, now))));
        var excess = hours.Concat(tokens).GroupBy(taken => taken.Line.Line.InvoiceId).OrderBy(group => group.Key).ToList();
        foreach (var group in excess)
        {
            var invoice = await db.Invoices.SingleAsync(i => i.Id == group.Key, cancellationToken);
            var id = Id<CreditNote>.New(now);
            var lines = group.Select(taken => taken.Credit(id)).ToList();
            var note = await invoicing.CreditAsync(invoice, id, CreditReason.Allowance, "Usage corrected downwards", lines, now, cancellationToken);
            audit.Record("credit_note.issued", ("credit-note", note.Id.ToString()), note.OrganizationId, new { note.Number, note.InvoiceId, note.Reason, note.Total });
        }

        return excess.Count;
    }

    /// <summary>
    /// An outage of cards that were bought of another leg is credited to that leg's holder as well. His own pair may have been
    /// billed before this one, or not be looked at in this close.
    /// </summary>
    private async Task ReopenResoldAsync(IReadOnlyList<RatedUsage> rated, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parents = rated.Where(leg => leg.Leg.ParentId is not null && (leg.Rated.Excess.Count > 0 || leg.Rated.Lines.Any(line => line.Kind is LineKind.Outage or LineKind.Adjustment)))
            .Select(leg => leg.Leg.ParentId!.Value).Distinct().ToList();
        if (parents.Count > 0)
        {
            await db.Legs.Where(leg => parents.Contains(leg.Id)).ForEachAsync(parent => parent.Reopen(now), cancellationToken);
        }
    }

    /// <summary>After the period of a leg's last hour, as sold or as it was cut short, nothing is held for it any more, but for hours that are in dispute.</summary>
    private async Task ReleaseAsync(BillParties request, IReadOnlyList<Leg> over, BuyerAccount account, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var journal = JournalEntry.For("holds.released", $"{request.Period}:{request.SellerId}:{request.BuyerId}", now);
        var left = over.Sum(leg => leg.DepositHeld);
        account.Release(left);
        foreach (var leg in over)
        {
            leg.DepositHeld = Money.Zero;
        }

        journal.Move(Asset.Cny, left, Accounts.Held(request.BuyerId), Accounts.Deposit(request.BuyerId));
        await funding.ReleaseAsync([.. over.Select(leg => leg.Id)], journal, now, cancellationToken);
        if (journal.Postings.Count > 0)
        {
            db.JournalEntries.Add(journal);
        }
    }
}
