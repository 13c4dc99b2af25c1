using System.Runtime.CompilerServices;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Export;

/// <summary>
/// One archive of a settled period for an auditor: documents, what they were rated from, rules, the ledger from the period's
/// start to its settlement, seals, and a manifest of hashes. Written as it is read, a page at a time, as of one moment.
/// </summary>
public sealed class PeriodArchive(IMarketplaceDb db, IUnitOfWork unitOfWork, Replayer replayer, MarketplaceSettings settings, MarketClock clock)
{
    private const int PageSize = 100;

    /// <exception cref="RuleException"><c>period.not_settled</c>.</exception>
    public async Task<DateTimeOffset> SettledAtAsync(Period period, CancellationToken cancellationToken) =>
        (await db.BillingPeriods.AsNoTracking().SingleOrDefaultAsync(p => p.Period == period, cancellationToken))?.SettledAt ?? throw BillingErrors.NotSettled(period);

    public Task WriteAsync(Period period, DateTimeOffset settledAt, Stream to, CancellationToken cancellationToken) => unitOfWork.ReadAsync(
        async token =>
        {
            var about = new ArchiveAbout(
                ArchiveFiles.Format, period, settings.Time.Zone.Id, settings.VatRate, clock.GetUtcNow(), settings.Time.StartOf(period), settledAt.AddTicks(TimeSpan.TicksPerMicrosecond));
            using var archive = new ArchiveWriter(to);
            await archive.WriteAsync(ArchiveFiles.About, One(about), token);
            await archive.WriteAsync(
                ArchiveFiles.Organizations,
                db.Organizations.OrderBy(o => o.Id).Select(o => new ArchivedOrganization(o.Id, o.Name, o.Kind, o.CreditCode, o.Taxpayer)).AsAsyncEnumerable(), token);
            await archive.WriteAsync(ArchiveFiles.Rules, db.ProgrammeVersions.AsNoTracking().OrderBy(v => v.Code).ThenBy(v => v.Number).Select(v => new ArchivedRules(v.Code, v.Number, v.Rules)).AsAsyncEnumerable(), token);
            await archive.WriteAsync(
                ArchiveFiles.Invoices,
                InvoicesAsync(period, i => new ArchivedInvoice(i.Id, Invoicing.ContentOf(i), Convert.ToHexStringLower(i.ContentDigest), i.TaxNumber, i.Paid, i.CreditedTotal, i.CreditedPayable), token), token);
            await archive.WriteAsync(ArchiveFiles.Legs, LegsAsync(period, token), token);
            await archive.WriteAsync(
                ArchiveFiles.Allocations,
                db.InvoiceFacts.AsNoTracking().Where(f => db.Invoices.Any(i => i.Id == f.InvoiceId && i.Period == period)).OrderBy(f => f.InvoiceId).ThenBy(f => f.OrderId).AsAsyncEnumerable(), token);
            await archive.WriteAsync(ArchiveFiles.CreditNotes, CreditsAsync(period, token), token);
            await archive.WriteAsync(ArchiveFiles.Settlements, SettlementsAsync(period, token), token);
            await archive.WriteAsync(ArchiveFiles.Commissions, db.CommissionInvoices.AsNoTracking().Where(c => c.Period == period).OrderBy(c => c.Id).AsAsyncEnumerable(), token);
            await archive.WriteAsync(ArchiveFiles.Numbers, NumbersAsync(settings.Time.Day(settledAt).Year, token), token);
            await archive.WriteAsync(ArchiveFiles.Balances, BalancesAsync(about, token), token);
            await archive.WriteAsync(ArchiveFiles.Ledger, LedgerAsync(about, token), token);
            await archive.WriteAsync(ArchiveFiles.Seals, SealsAsync(about, token), token);
            await archive.WriteManifestAsync(new(ArchiveFiles.Format, period, archive.Files), token);
            return Done.Value;
        },
        cancellationToken);

    private static async IAsyncEnumerable<T> One<T>(T row)
    {
        await Task.CompletedTask;
        yield return row;
    }

    private async IAsyncEnumerable<T> InvoicesAsync<T>(Period period, Func<Invoice, T> map, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = Id<Invoice>.None;
        while (await db.Invoices.AsNoTracking().Include(i => i.Lines).Where(i => i.Period == period && i.Id > after).OrderBy(i => i.Id).Take(PageSize).ToListAsync(cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].Id;
            foreach (var invoice in page)
            {
                yield return map(invoice);
            }
        }
    }

    private async IAsyncEnumerable<ArchivedLeg> LegsAsync(Period period, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var invoice in InvoicesAsync(period, i => i, cancellationToken))
        {
            if (invoice.Kind == InvoiceKind.Supplementary)
            {
                continue;
            }

            var inputs = await replayer.InputsAsync(invoice, cancellationToken);
            var listings = inputs.Select(input => input.Leg.ListingId).Distinct().ToList();
            var supplies = await db.Listings.Where(l => listings.Contains(l.Id)).ToDictionaryAsync(l => l.Id, l => l.Supply, cancellationToken);
            foreach (var input in inputs)
            {
                yield return new(
                    invoice.Id, input.Leg.Id, LegTerms.Of(input.Leg), supplies[input.Leg.ListingId], input.Leg.UsageVersion, input.Readings, Convert.ToHexStringLower(input.ReadingsDigest),
                    [.. HourFact.Over(input.Metered, input.Facts).OrderBy(hour => hour.Key).Select(hour => ArchivedHour.Of(hour.Key, hour.Value))],
                    [.. Rater.BilledOf(input.Before).OrderBy(hour => hour.Key).Select(hour => new BilledHour(hour.Key, hour.Value))],
                    [.. Rater.BilledTokensOf(input.Before).OrderBy(row => row.Key.Period).ThenBy(row => row.Key.Unit).Select(row => new BilledTokens(row.Key.Period, row.Key.Unit, row.Value))]);
            }
        }
    }

    private async IAsyncEnumerable<ArchivedCredit> CreditsAsync(Period period, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A note of the run that billed this period falls into the month in which the run took place.
        await foreach (var n in db.CreditNotes.AsNoTracking().Include(n => n.Lines)
            .Where(n => n.Period == period || db.Settlements.Any(s => s.Id == n.SettlementId && s.Period == period)).OrderBy(n => n.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            yield return new(
                n.Id, n.Number, n.InvoiceId, n.SellerId, n.OrganizationId, n.Period, n.Reason, n.Note, n.IssuedAt, n.Total, n.Net, n.Vat, n.VoucherReturned, n.Refund,
                [.. n.Lines.OrderBy(line => line.Id)]);
        }
    }

    private async IAsyncEnumerable<ArchivedSettlement> SettlementsAsync(Period period, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var s in await db.Settlements.AsNoTracking().Where(s => s.Period == period).OrderBy(s => s.Id).ToListAsync(cancellationToken))
        {
            yield return new(
                s.Id, s.SellerId, s.Period, s.CommissionRate, s.Gross, s.Commission, s.Net, s.FromBuyers, s.FromProgrammes,
                await db.Invoices.Where(i => i.SettlementId == s.Id).OrderBy(i => i.Id).Select(i => i.Number).ToListAsync(cancellationToken),
                await db.CreditNotes.Where(n => n.SettlementId == s.Id).OrderBy(n => n.Id).Select(n => n.Number).ToListAsync(cancellationToken));
        }
    }

    private async IAsyncEnumerable<ArchivedNumbers> NumbersAsync(int year, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var s in await db.NumberSeries.AsNoTracking().Where(s => s.Year == year && s.Document != NumberSeries.Withdrawal).OrderBy(s => s.SellerId).ThenBy(s => s.Document).ToListAsync(cancellationToken))
        {
            var (seller, taken) = (s.SellerId, s.Taken().ToHashSet());
            var numbers = s.Document switch
            {
                NumberSeries.Invoice => db.Invoices.Where(i => i.SellerId == seller).Select(i => i.Number),
                NumberSeries.CreditNote => db.CreditNotes.Where(n => n.SellerId == seller).Select(n => n.Number),
                _ => db.CommissionInvoices.Where(c => c.IssuerId == seller).Select(c => c.Number),
            };
            yield return new(seller, s.Document, s.Year, s.Last, [.. (await numbers.ToListAsync(cancellationToken)).Where(taken.Contains).Order(StringComparer.Ordinal)]);
        }
    }

    private async IAsyncEnumerable<ArchivedBalance> BalancesAsync(ArchiveAbout about, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, to) = (about.LedgerFrom, about.LedgerTo);
        var sums = db.Postings.Where(p => p.At < to).GroupBy(p => new { p.Account, p.PartyId, p.Asset }).Select(group => new
        {
            group.Key.Account,
            group.Key.PartyId,
            group.Key.Asset,
            Opening = group.Sum(p => p.At < from ? (long)(object)p.Amount : 0L),
            Closing = group.Sum(p => (long)(object)p.Amount),
        });
        await foreach (var row in sums.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            yield return new(row.Account, row.PartyId, row.Asset.Code, new(row.Opening), new(row.Closing));
        }
    }

    private async IAsyncEnumerable<ArchivedEntry> LedgerAsync(ArchiveAbout about, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, to, after) = (about.LedgerFrom, about.LedgerTo, Id<JournalEntry>.None);
        while (await db.JournalEntries.AsNoTracking().Include(e => e.Postings).Where(e => e.At >= from && e.At < to && e.Id > after).OrderBy(e => e.Id).Take(PageSize).ToListAsync(cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].Id;
            foreach (var e in page)
            {
                yield return new(e.Id.Value, e.At, e.Event, e.Reference, [.. e.Postings.OrderBy(p => p.Id).Select(p => new ArchivedPosting(p.Account, p.PartyId, p.Asset.Code, p.Amount))]);
            }
        }
    }

    /// <summary>The seals that were made in the ledger's time, and the one before them, with their entries.</summary>
    private async IAsyncEnumerable<ArchivedSeal> SealsAsync(ArchiveAbout about, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, to) = (about.LedgerFrom, about.LedgerTo);
        foreach (var seal in await db.AuditSeals.AsNoTracking().Where(s => s.At >= from && s.At < to).OrderBy(s => s.Number).ToListAsync(cancellationToken))
        {
            yield return new(seal, await db.AuditEntries.AsNoTracking().Where(e => e.SealNumber == seal.Number).OrderBy(e => e.Id).ToListAsync(cancellationToken));
        }
    }
}
