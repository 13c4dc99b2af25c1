using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>Random steps of providers.</summary>
internal sealed partial class MarketHistory
{
    private async Task ListAsync(int index)
    {
        var (shop, count) = _shops[index];
        var nodes = Enumerable.Range(1, count).Where(_ => random.Next(4) > 0).Select(i => $"n-{i}").DefaultIfEmpty("n-1").ToArray();
        var from = NextHour - 2 + random.Next(8);
        var (to, price, slice, minHours) = (from + random.Next(10, Horizon), 2 * random.Next(3, 8), random.Next(2) == 0 ? 1000 : 250, random.Next(5) == 0 ? 2 : 1);
        (int From, int To)? cheap = random.Next(3) switch { 0 => (22, 6), 1 => (9, 14), _ => null };
        var keys = nodes.Select(node => Key(shop, node)).ToList();
        var overlaps = _naive.Offers.Values.Any(offer => offer.Stands && offer.Leg is null && offer.From < to && offer.To > from && offer.Nodes.Intersect(keys).Any());
        Tell($"list {string.Join(' ', keys)} from {from} to {to} at {price}, {cheap}: {overlaps}");
        var answer = await shop.Provider.PostAsync("/v1/listings", new Dictionary<string, object?>
        {
            ["centerId"] = shop.CenterId,
            ["nodes"] = nodes,
            ["from"] = Wire(from),
            ["to"] = Wire(to),
            ["product"] = "reserved",
            ["pricePerCardHour"] = $"{price}.00",
            ["sliceMilli"] = slice,
            ["minHours"] = minHours,
            ["offPeak"] = cheap is null ? null : new { fromHour = cheap.Value.From, toHour = cheap.Value.To, factor = "0.5" },
        });
        Came($"listing {answer.Status}");
        answer.Is(overlaps ? 409 : 201, overlaps ? "listing.overlap" : null);
        if (!overlaps)
        {
            _naive.Offers.Add(answer["id"], new()
            {
                Id = answer["id"],
                Seller = shop.Provider.Id,
                Nodes = keys,
                From = from,
                To = to,
                Price = price,
                OffPeak = cheap,
                OffPeakFactor = 0.5m,
                Slice = slice,
                MinHours = minHours,
            });
        }
    }

    private async Task WithdrawAsync()
    {
        var offer = Any(_naive.Offers.Values);
        var seller = _buyers.Concat(_shops.Select(shop => shop.Capacity.Provider)).Single(party => party.Id == offer.Seller);
        Tell($"withdraw {offer.Id}");
        (await seller.DeleteAsync($"/v1/listings/{offer.Id}")).Is(offer.Stands ? 204 : 409);
        Came("withdrawal");
        offer.Stands = false;
    }

    private async Task AddNodeAsync(int index)
    {
        var (shop, count) = _shops[index];
        var (name, cards) = ($"n-{count + 1}", random.Next(1, 5));
        Tell($"add {name} of {cards} to {index}");
        (await shop.Provider.PostAsync($"/v1/centers/{shop.CenterId}/nodes", new { nodes = new[] { new { name, accelerator = shop.Model, cards, vcpus = 8, memoryGiB = 64 } } })).Is(201);
        _naive.Nodes.Add(Key(shop, name), new(Key(shop, name), shop.CenterId, shop.Model, cards, 8));
        _shops[index] = (shop, count + 1);
    }

    /// <summary>A whole node or some of its cards, at once or dated ahead; a node may go after some of its cards, and earlier than they.</summary>
    private async Task WithdrawNodeAsync()
    {
        // Mostly one that something was sold on.
        var sold = _naive.Legs.Values.Where(leg => !leg.Cancelled && leg.To > NextHour).SelectMany(leg => leg.Nodes.Values).Distinct().ToList();
        var node = random.Next(3) > 0 && sold.Count > 0 ? _naive.Nodes[Any(sold)] : Any(_naive.Nodes.Values);
        var (shop, _) = _shops.Single(shop => shop.Capacity.CenterId == node.Center);
        var (name, from) = (node.Name[(node.Name.IndexOf('/', StringComparison.Ordinal) + 1)..], NextHour - 2 + random.Next(random.Next(2) == 0 ? 3 : Horizon));
        var cards = random.Next(3) == 0 ? null : Enumerable.Range(0, node.Cards).Where(_ => random.Next(3) == 0).DefaultIfEmpty(random.Next(node.Cards)).ToArray();
        var expected = node.Withdrawn ? "node.withdrawn" : cards?.Any(node.Gone.ContainsKey) == true ? "node.card_withdrawn" : null;
        Tell($"withdraw {(cards is null ? "all" : string.Join(' ', cards))} of {node.Name} from {from}: {expected}");
        var answer = await shop.Provider.PostAsync($"/v1/centers/{shop.CenterId}/nodes/{name}/withdrawals", new { from = Wire(from), reason = "repair", cards });
        Came($"withdrawal of {(cards is null ? "a node" : "cards")} {answer.Status}");
        answer.Is(expected is null ? 201 : 409, expected);
        if (expected is not null)
        {
            return;
        }

        node.Withdrawn = cards is null;
        await using var db = server.Database.Open();
        var names = await db.Nodes.AsNoTracking().ToDictionaryAsync(n => n.Id, n => $"{n.CenterId}/{n.Name}");
        var rows = (await db.Reservations.AsNoTracking().ToListAsync()).ToLookup(row => row.LegId.ToString());
        var (moved, ended) = _naive.Withdraw(node, from, NextHour, cards ?? [.. Enumerable.Range(0, node.Cards)], (leg, hour) =>
            [.. rows[leg.Id].Where(row => row.Interval.Contains(new Hour(hour))).Select(row => (names[row.NodeId], row.Card))]);
        Assert.Equal(moved.Order(), answer.Items("moved").Select(leg => $"{leg["legId"]} {shop.CenterId}/{leg["to"]}").Order());
        Assert.Equal(ended.Order(), answer.Items("ended").Select(leg => $"{leg["legId"]} {HourOf(leg["at"]!.GetValue<string>())} {leg["forgone"]}").Order());
        Came(moved.Count + ended.Count > 0 ? "sold cards withdrawn" : "free cards withdrawn");
        moved.ForEach(_ => Came("leg moved"));
        ended.ForEach(_ => Came("leg ended"));
    }
}
