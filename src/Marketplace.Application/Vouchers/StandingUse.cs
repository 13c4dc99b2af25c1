using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>What buyers paid of their own money for what they used themselves, by invoice line, less what was credited.</summary>
internal static class StandingUse
{
    /// <param name="db">Where the lines are.</param>
    /// <param name="lineIds">Of invoice lines.</param>
    /// <param name="unsaved">Credits of the transaction that is under way.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyDictionary<Id<InvoiceLine>, PaidUse>> OfAsync(
        IMarketplaceDb db, IReadOnlyCollection<Id<InvoiceLine>> lineIds, IEnumerable<CreditNoteLine> unsaved, CancellationToken cancellationToken)
    {
        var all = db.InvoiceLines.IgnoreQueryFilters().AsNoTracking();

        // What an outage takes off a line stands on a line of its own, of the same invoice and leg.
        var lines = await (
            from line in all
            where all.Any(other => EF.Parameter(lineIds).Contains(other.Id) && other.InvoiceId == line.InvoiceId && other.LegId == line.LegId)
            select line).ToListAsync(cancellationToken);
        var legIds = lines.Select(line => line.LegId).Distinct().ToList();
        var legs = await db.Legs.IgnoreQueryFilters().AsNoTracking().Where(leg => EF.Parameter(legIds).Contains(leg.Id)).ToDictionaryAsync(leg => leg.Id, cancellationToken);
        var credits = await db.CreditNoteLines.IgnoreQueryFilters().AsNoTracking().Where(credit => EF.Parameter(legIds).Contains(credit.LegId)).ToListAsync(cancellationToken);
        var wanted = lineIds.ToHashSet();
        return StandingLine.Of(lines, credits.Concat(unsaved)).Where(standing => wanted.Contains(standing.Line.Id))
            .ToDictionary(standing => standing.Line.Id, standing => standing.OwnUse(legs[standing.Line.LegId].ResoldIn));
    }
}

/// <summary>The facts that invoice lines were funded by, as they were when they were invoiced.</summary>
internal sealed class InvoicedFacts
{
    private readonly Dictionary<Id<InvoiceLine>, FundableLine> _lines = [];

    private InvoicedFacts()
    {
    }

    public static async Task<InvoicedFacts> OfAsync(IMarketplaceDb db, IReadOnlyCollection<Id<Invoice>> invoices, CancellationToken cancellationToken)
    {
        var facts = await db.InvoiceFacts.IgnoreQueryFilters().AsNoTracking().Where(f => EF.Parameter(invoices).Contains(f.InvoiceId)).ToListAsync(cancellationToken);
        var funded = facts.ToDictionary(f => (f.InvoiceId, f.OrderId), f => f.Allocations[0].Lines.ToDictionary(line => line.Key));
        var lines = await db.InvoiceLines.IgnoreQueryFilters().AsNoTracking().Where(line => EF.Parameter(invoices).Contains(line.InvoiceId)).ToListAsync(cancellationToken);
        var answer = new InvoicedFacts();
        foreach (var leg in lines.GroupBy(line => (line.InvoiceId, line.OrderId, line.LegId)))
        {
            // The facts know a line by its leg and its place among that leg's.
            foreach (var (line, i) in leg.OrderBy(line => line.Position).Select((line, i) => (line, i)))
            {
                if (funded.TryGetValue((line.InvoiceId, line.OrderId), out var known) && known.TryGetValue($"{line.LegId}/{i}", out var fact))
                {
                    answer._lines.Add(line.Id, fact);
                }
            }
        }

        return answer;
    }

    /// <summary>Null for a line of which nothing could be funded.</summary>
    public FundableLine? Of(InvoiceLine line) => _lines.GetValueOrDefault(line.Id);
}
