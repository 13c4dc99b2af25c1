using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>
/// Finds another place for what is sold on capacity that its provider takes out. A leg and the parts that were resold of it
/// stand on the same cards, so they go together: to one node, or nowhere. A leg that is moved keeps its id and its price.
/// </summary>
public sealed class Relocation(
    IMarketplaceDb db, LegFamilies families, Funding funding, FundablePrice fundable, ListingWithdrawal listings, MarketplaceSettings settings, AuditLog audit)
{
    /// <param name="node">Withdrawn already, and of which no transaction that read it before can commit any more.</param>
    /// <param name="from">Hours before stay as they are.</param>
    /// <param name="cards">Which cards go; null for all.</param>
    /// <param name="now">The market's time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(IReadOnlyList<MovedLeg> Moved, IReadOnlyList<EndedLeg> Ended)> ClearAsync(
        Node node, Hour from, IReadOnlyList<int>? cards, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (moved, ended) = (new List<MovedLeg>(), new List<EndedLeg>());
        if (!await db.Reservations.IgnoreQueryFilters().AnyAsync(r => r.NodeId == node.Id && r.To > from, cancellationToken))
        {
            return (moved, ended);
        }

        // Nodes first: their versions vouch for what is read of them after that.
        var places = await PlacesAsync(node, from, cancellationToken);
        foreach (var family in await families.OnAsync(node, from, cancellationToken))
        {
            var stays = family.StaysOn(node, from).Where(stay => cards is null || stay.Rows.Any(row => cards.Contains(row.Card))).ToList();
            foreach (var stay in stays)
            {
                if (places.Select(place => place.TryTake(family.Root, stay)).FirstOrDefault(taken => taken is not null) is { } taken)
                {
                    await WithdrawResalesAsync(family, stay.Hours, cancellationToken);
                    moved.AddRange(Move(family, stay, taken));
                    continue;
                }

                await WithdrawResalesAsync(family, stay.Hours with { To = family.Root.To }, cancellationToken);
                foreach (var leg in family.Legs.Where(leg => leg.To > stay.Hours.From))
                {
                    ended.Add(await EndAsync(leg, [.. family.Rows.Where(row => row.LegId == leg.Id && row.To > stay.Hours.From)], stay.Hours.From, now, cancellationToken));
                }

                break;
            }
        }

        return (moved, ended);
    }

    /// <summary>Nodes of the same centre that are as good: the same model first, then faster ones of the same origin.</summary>
    private async Task<IReadOnlyList<Place>> PlacesAsync(Node node, Hour from, CancellationToken cancellationToken)
    {
        var catalogue = await db.Accelerators.AsNoTracking().ToDictionaryAsync(accelerator => accelerator.Model, cancellationToken);
        var own = catalogue[node.Accelerator];
        var nodes = (await db.Nodes.IgnoreQueryFilters().Where(n => n.CenterId == node.CenterId && n.Id != node.Id).ToListAsync(cancellationToken))
            .Where(n => n.Interconnect >= node.Interconnect || node.Interconnect is null).Where(n => node.Tags.All(tag => n.Tags.Contains(tag)))
            .Where(n => n.Accelerator == node.Accelerator
                || (catalogue[n.Accelerator] is var other && other.Origin == own.Origin && other.Fp16Tflops >= own.Fp16Tflops && other.MemoryGiB >= own.MemoryGiB))
            .OrderByDescending(n => n.Accelerator == node.Accelerator).ThenBy(n => catalogue[n.Accelerator].Fp16Tflops).ThenBy(n => n.Cards).ThenBy(n => n.Id).ToList();
        var ids = nodes.ConvertAll(n => n.Id);
        var booked = (await db.Reservations.IgnoreQueryFilters().AsNoTracking().Where(r => EF.Parameter(ids).Contains(r.NodeId) && r.To > from).ToListAsync(cancellationToken))
            .ToLookup(r => r.NodeId);
        return [.. nodes.Select(n => new Place(n, [.. booked[n.Id].Select(NodeOccupancy.Take)]))];
    }

    /// <summary>The cards that are up for resale over these hours are gone from there; who moved can put them up again.</summary>
    private async Task WithdrawResalesAsync(Family family, HourRange hours, CancellationToken cancellationToken)
    {
        var ids = family.Legs.Select(leg => leg.Id).ToArray();
        foreach (var listing in await db.Listings.IgnoreQueryFilters()
            .Where(l => l.WithdrawnAt == null && l.ResaleOf != null && EF.Parameter(ids).Contains(l.ResaleOf.Value) && l.From < hours.To && l.To > hours.From).ToListAsync(cancellationToken))
        {
            await listings.WithdrawAsync(listing, cancellationToken);
        }
    }

    private IEnumerable<MovedLeg> Move(Family family, Stay stay, Taken taken)
    {
        foreach (var row in stay.Rows)
        {
            db.Reservations.Add(new()
            {
                LegId = row.LegId,
                NodeId = taken.Node.Id,
                Card = taken.CardFor[row.Card],
                Milli = row.Milli,
                CpuMilli = row.CpuMilli,
                MemoryMiB = row.MemoryMiB,
                From = Hour.Max(row.From, stay.Hours.From),
                To = row.To,
            });
            EndRow(row, stay.Hours.From);
        }

        taken.Node.Touch();
        foreach (var leg in family.Legs.Where(leg => leg.Interval.Overlaps(stay.Hours)))
        {
            var (from, to) = leg.Interval.Intersect(stay.Hours);
            leg.MoveTo(taken.Node, stay.Hours, taken.CardFor);
            audit.Record("leg.moved", ("leg", leg.Id.ToString()), leg.BuyerId, new { order = leg.OrderId, from, to, node = taken.Node.Name });
            yield return new(leg.Id, leg.OrderId, taken.Node.Name);
        }
    }

    private void EndRow(Reservation row, Hour at)
    {
        if (row.From < at)
        {
            row.To = at;
        }
        else
        {
            db.Reservations.Remove(row);
        }
    }

    private async Task<EndedLeg> EndAsync(Leg leg, IReadOnlyList<Reservation> rows, Hour at, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            EndRow(row, at);
        }

        // It may have been moved before, so that it gives up cards of other nodes, too.
        var nodes = rows.Select(row => row.NodeId).Distinct().ToArray();
        await db.Nodes.IgnoreQueryFilters().Where(node => EF.Parameter(nodes).Contains(node.Id)).ForEachAsync(node => node.Touch(), cancellationToken);
        var journal = JournalEntry.For("leg.ended", $"{leg.Id}:{at}", now);
        var (released, forgone) = leg.From >= at ? (leg.DepositHeld, leg.Amount) : await CutAsync(leg, at, journal, now, cancellationToken);
        if (leg.From >= at)
        {
            leg.Revoke(now);
            await funding.ReleaseAsync([leg.Id], journal, now, cancellationToken);
        }
        else
        {
            leg.DepositHeld -= released;
            if (at.Start <= now)
            {
                // It ends this instant: the close that bills its last hour may have been.
                leg.Reopen(now);
            }
        }

        (await db.BuyerAccounts.IgnoreQueryFilters().SingleAsync(account => account.OrganizationId == leg.BuyerId, cancellationToken)).Release(released);
        journal.Move(Asset.Cny, released, debit: Accounts.Held(leg.BuyerId), credit: Accounts.Deposit(leg.BuyerId));
        if (journal.Postings.Count > 0)
        {
            db.JournalEntries.Add(journal);
        }

        audit.Record("leg.ended", ("leg", leg.Id.ToString()), leg.BuyerId, new { order = leg.OrderId, at, released, forgone });
        return new(leg.Id, leg.OrderId, at, forgone);
    }

    /// <summary>Shortens a leg that has begun: vouchers get back the share of the hours that fall away, and the deposit the rest of their price.</summary>
    private async Task<(Money Released, Money Forgone)> CutAsync(Leg leg, Hour at, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (before, funded) = (leg.Amount, fundable.ByMonth(leg));
        var tokens = leg.ExpectedTokens?.Until(at - leg.From, leg.Interval.Hours, await ServedTokensAsync(leg, cancellationToken));
        leg.CutShort(at, tokens is not null
            ? leg.TokenPrices!.Of(tokens)
            : new Tariff(leg.PricePerCardHour, leg.OffPeak, settings.Time).FullAmount(new(leg.From, at), leg.Cards, leg.MilliPerCard), tokens);
        var forgone = before - leg.Amount;
        var deducted = await funding.ReleasePartAsync(leg, funded, fundable.ByMonth(leg), journal, now, cancellationToken);

        // The two shares are rounded apart, so that vouchers may give back a fen more than falls away.
        return (Money.Min(leg.DepositHeld, Money.Max(forgone - deducted, Money.Zero)), forgone);
    }

    /// <summary>Tokens that are known to be served of a leg, and no less than invoices billed, whatever was credited of them.</summary>
    private async Task<ExpectedTokens> ServedTokensAsync(Leg leg, CancellationToken cancellationToken)
    {
        var billed = await db.InvoiceLines.IgnoreQueryFilters().Where(line => line.LegId == leg.Id && line.Tokens > 0).GroupBy(line => line.Unit)
            .Select(unit => new { unit.Key, Sum = unit.Sum(line => line.Tokens) }).ToDictionaryAsync(unit => unit.Key, unit => unit.Sum, cancellationToken);
        var metered = await db.UsageHours.IgnoreQueryFilters().Where(hour => hour.LegId == leg.Id).GroupBy(hour => hour.LegId)
            .Select(hours => new { Input = hours.Sum(hour => hour.InputTokens), Output = hours.Sum(hour => hour.OutputTokens) }).SingleOrDefaultAsync(cancellationToken);
        return new(
            Math.Max(metered?.Input ?? 0, billed.GetValueOrDefault(LineUnit.InputTokens)), Math.Max(metered?.Output ?? 0, billed.GetValueOrDefault(LineUnit.OutputTokens)));
    }

    private sealed record Taken(Node Node, IReadOnlyDictionary<int, int> CardFor);

    /// <summary>A node that may take something in, with what it has taken in so far.</summary>
    private sealed class Place(Node node, List<Booked> booked)
    {
        public Taken? TryTake(Leg root, Stay stay)
        {
            var hours = stay.Hours;
            var cards = stay.Rows.Select(row => row.Card).Distinct().Order().ToList();
            var free = node.WithdrawnFrom < hours.To
                ? null
                : NodeOccupancy.Of(node, booked).Choose(hours, cards.Count, root.MilliPerCard, root.CpuMilliPerCard, root.MemoryMiBPerCard);
            if (free is null)
            {
                return null;
            }

            booked.AddRange(free.Select(card => new Booked(
                hours.From.Number, hours.To.Number, (short)card, (short)root.MilliPerCard, root.CpuMilliPerCard, root.MemoryMiBPerCard)));
            return new(node, cards.Zip(free).ToDictionary(pair => pair.First, pair => pair.Second));
        }
    }
}
