using System.Runtime.CompilerServices;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>
/// Readings count once; issued invoices are as they were issued, add up, and come out the same again; billing and settling
/// had their effect once; what was changed was recorded.
/// </summary>
public sealed class BillingChecks(IMarketplaceDb db, Replayer replayer, MarketplaceSettings settings) : IInvariantChecks
{
    public async IAsyncEnumerable<InvariantAnswer> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await ReadingsAsync(cancellationToken);
        yield return await InvoicesAsync(cancellationToken);
        yield return await ReplaysAsync(cancellationToken);
        yield return await OnceAsync(cancellationToken);
        yield return await ReleasedAsync(cancellationToken);
        yield return await RecordedAsync(cancellationToken);
    }

    /// <summary>Hourly usage is what the readings that stand add up to.</summary>
    private async Task<InvariantAnswer> ReadingsAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("readings.count_once");
        var legs = await db.Legs.AsNoTracking().Where(leg => leg.UsageVersion > 0).Select(leg => new { leg.Id, leg.UsageVersion }).ToListAsync(cancellationToken);
        foreach (var leg in legs)
        {
            var readings = await db.Readings.AsNoTracking().Where(r => r.LegId == leg.Id).ToListAsync(cancellationToken);
            var kept = await db.UsageHours.AsNoTracking().Where(h => h.LegId == leg.Id).ToDictionaryAsync(h => h.Hour, h => h.Amounts, cancellationToken);
            var made = Usage.AsOf(readings, leg.UsageVersion);
            findings.Expect(
                made.All(hour => kept.GetValueOrDefault(hour.Key) == hour.Value) && kept.All(hour => made.GetValueOrDefault(hour.Key) == hour.Value),
                () => $"The usage of leg {leg.Id} isn't what its readings make.");
        }

        return findings.Answer();
    }

    private async Task<InvariantAnswer> InvoicesAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("invoices.unchanged");
        await foreach (var invoice in db.Invoices.AsNoTracking().Include(i => i.Lines).OrderBy(i => i.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Expect(Invoice.DigestOf(Invoicing.ContentOf(invoice)).AsSpan().SequenceEqual(invoice.ContentDigest), () => $"Invoice {invoice.Number} of {invoice.SellerId} was changed.");
            findings.Expect(
                invoice.Total == invoice.Lines.Sum(l => l.Amount) && invoice.Payable == invoice.Lines.Sum(l => l.Payable) && invoice.Net + invoice.Vat == invoice.Total
                && invoice.Lines.All(l => l.Amount == l.Payable + l.Parts.Where(p => p.Deducted).Sum(p => p.Amount) && l.Net + l.Vat == l.Amount),
                () => $"Invoice {invoice.Number} of {invoice.SellerId} doesn't add up.");
        }

        var series = await db.NumberSeries.AsNoTracking().Where(s => s.Document != NumberSeries.Withdrawal).ToListAsync(cancellationToken);
        var numbers = (await db.Invoices.AsNoTracking().Select(i => new { i.SellerId, i.Number }).ToListAsync(cancellationToken))
            .Concat(await db.CreditNotes.AsNoTracking().Select(c => new { c.SellerId, c.Number }).ToListAsync(cancellationToken))
            .Concat(await db.CommissionInvoices.AsNoTracking().Select(c => new { SellerId = c.IssuerId, c.Number }).ToListAsync(cancellationToken)).Select(n => (n.SellerId, n.Number)).ToHashSet();
        foreach (var s in series)
        {
            var missing = s.Taken().FirstOrDefault(number => !numbers.Contains((s.SellerId, number)));
            findings.Expect(missing is null, () => $"Number {missing} of {s.SellerId} is missing.");
        }

        return findings.Answer();
    }

    private async Task<InvariantAnswer> ReplaysAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("billing.is_a_function");
        foreach (var id in await db.Invoices.OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(cancellationToken))
        {
            var invoice = await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleAsync(i => i.Id == id, cancellationToken);
            var difference = await replayer.FirstDifferenceAsync(invoice, cancellationToken);
            findings.Expect(difference is null, () => $"Invoice {invoice.Number} of {invoice.SellerId} comes out otherwise at {difference}.");
        }

        return findings.Answer();
    }

    private async Task<InvariantAnswer> OnceAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("jobs.effect_once");
        var invoices = await db.Invoices.AsNoTracking().Select(i => new { i.Id, i.SellerId, i.OrganizationId, i.Period, i.Kind, i.Total, i.SettlementId }).ToListAsync(cancellationToken);
        foreach (var group in invoices.Where(i => i.Kind == InvoiceKind.Regular).GroupBy(i => (i.SellerId, i.OrganizationId, i.Period)))
        {
            findings.Expect(group.Count() == 1, () => $"{group.Count()} invoices stand between {group.Key.SellerId} and {group.Key.OrganizationId} for {group.Key.Period}.");
        }

        var credits = await db.CreditNotes.AsNoTracking().Select(c => new { c.SettlementId, c.Total }).ToListAsync(cancellationToken);
        foreach (var settlement in await db.Settlements.AsNoTracking().ToListAsync(cancellationToken))
        {
            var gross = invoices.Where(i => i.SettlementId == settlement.Id && i.Kind == InvoiceKind.Regular).Sum(i => i.Total) - credits.Where(c => c.SettlementId == settlement.Id).Sum(c => c.Total);
            findings.Expect(gross == settlement.Gross, () => $"The documents of settlement {settlement.Id} come to {gross}, it says {settlement.Gross}.");
        }

        var commissions = await db.CommissionInvoices.AsNoTracking().ToDictionaryAsync(c => c.SettlementId, c => c.Total, cancellationToken);
        foreach (var settlement in await db.Settlements.AsNoTracking().ToListAsync(cancellationToken))
        {
            findings.Expect(
                commissions.GetValueOrDefault(settlement.Id) == settlement.Commission, () => $"The commission of settlement {settlement.Id} is {settlement.Commission}, invoiced {commissions.GetValueOrDefault(settlement.Id)}.");
        }

        return findings.Answer();
    }

    /// <summary>Nothing is held for a leg that is cancelled, or whose last hour lies in a billed month, unless a dispute or the next close is still to come.</summary>
    private async Task<InvariantAnswer> ReleasedAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("holds.released");
        var billed = await db.BillingPeriods.Where(period => period.BilledAt != null).MaxAsync(period => (Period?)period.Period, cancellationToken);
        var end = billed is { } last ? settings.Time.Hours(last).To : new Hour(0);
        var holding = db.Legs.AsNoTracking()
            .Where(leg => leg.DepositHeld > Money.Zero || db.VoucherHolds.Any(hold => hold.LegId == leg.Id && hold.Left > Money.Zero))
            .Select(leg => new
            {
                leg.Id,
                leg.To,
                leg.CancelledAt,
                Awaited = leg.ReopenedAt != null || leg.UsageVersion != leg.BilledUsageVersion || db.Disputes.Any(dispute => dispute.LegId == leg.Id && dispute.Status == DisputeStatus.Open),
            });
        await foreach (var leg in holding.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Expect(leg.CancelledAt is null && (leg.To > end || leg.Awaited), () => $"Money is still held for leg {leg.Id}, which ended at {leg.To} and is billed or cancelled.");
        }

        return findings.Answer();
    }

    /// <summary>What moved money or capacity has an audit entry.</summary>
    private async Task<InvariantAnswer> RecordedAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("audit.complete");
        var recorded = (await db.AuditEntries.AsNoTracking().Select(e => new { e.SubjectType, e.SubjectId }).Distinct().ToListAsync(cancellationToken)).Select(e => (e.SubjectType, e.SubjectId)).ToHashSet();
        void Expect(string type, IEnumerable<string> ids)
        {
            foreach (var id in ids)
            {
                findings.Expect(recorded.Contains((type, id)), () => $"No audit entry tells of {type} {id}.");
            }
        }

        Expect("order", (await db.Orders.Select(o => o.Id).ToListAsync(cancellationToken)).Select(id => id.ToString()));
        Expect("listing", (await db.Listings.Select(o => o.Id).ToListAsync(cancellationToken)).Select(id => id.ToString()));
        Expect("voucher", (await db.Vouchers.Select(o => o.Id).ToListAsync(cancellationToken)).Select(id => id.ToString()));
        Expect("programme", await db.Programmes.Select(o => o.Code).ToListAsync(cancellationToken));
        Expect("invoice", (await db.Invoices.Select(o => o.Id).ToListAsync(cancellationToken)).Select(id => id.ToString()));
        Expect("credit-note", (await db.CreditNotes.Select(o => o.Id).ToListAsync(cancellationToken)).Select(id => id.ToString()));
        Expect("settlement", (await db.Settlements.Select(o => o.Id).ToListAsync(cancellationToken)).Select(id => id.ToString()));
        Expect("claim", (await db.Claims.Select(o => o.Id).ToListAsync(cancellationToken)).Select(id => id.ToString()));
        return findings.Answer();
    }
}
