using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>Demands, resales and bids as requests, for tests that change one thing of them.</summary>
internal static class Trading
{
    /// <summary>Whole cards of a capacity's model for training, without vouchers; what is given is laid over it, and null takes a field out.</summary>
    public static JsonObject Demand(this Capacity capacity, int cards, DateTimeOffset from, int hours, object? over = null)
    {
        var demand = JsonSerializer.SerializeToNode(new
        {
            accelerators = new[] { capacity.Model },
            cards,
            hours,
            from = MarketSetup.Wire(from),
            workload = "training",
            vouchers = "none",
        })!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(over ?? new { })!.AsObject())
        {
            demand[name] = value?.DeepClone();
            if (value is null)
            {
                demand.Remove(name);
            }
        }

        return demand;
    }

    public static object Window(DateTimeOffset earliest, DateTimeOffset latestEnd) => new { earliest = MarketSetup.Wire(earliest), latestEnd = MarketSetup.Wire(latestEnd) };

    public static Task<Answer> AskAsync(this Party buyer, JsonObject demand) => buyer.PostAsync("/v1/quotes", demand);

    /// <summary>A quote for the demand, and the order on it.</summary>
    public static async Task<Answer> TakeAsync(this Party buyer, JsonObject demand) =>
        (await buyer.PostAsync("/v1/orders", new { quoteId = (await buyer.AskAsync(demand)).Is(201)["id"] })).Is(201);

    public static Task<Answer> CancelAsync(this Party buyer, Answer order) => buyer.PostAsync($"/v1/orders/{order["id"]}/cancel");

    /// <summary>Puts hours of an order's leg up for resale, counted from the leg's start.</summary>
    public static Task<Answer> ResellAsync(this Party holder, Answer order, int cards, int fromHour, int toHour, string price = "8.00", int leg = 0)
    {
        var start = DateTimeOffset.Parse(order[$"legs[{leg}].from"]);
        return holder.PostAsync("/v1/resales", new
        {
            orderId = order["id"],
            legId = order[$"legs[{leg}].id"],
            cards,
            from = MarketSetup.Wire(start.AddHours(fromHour)),
            to = MarketSetup.Wire(start.AddHours(toHour)),
            pricePerCardHour = price,
        });
    }

    public static Task<Answer> BidAsync(this Party buyer, JsonObject demand, string limit, DateTimeOffset? validUntil = null, string? key = null)
    {
        demand["maxPricePerCardHour"] = limit;
        if (validUntil is { } until)
        {
            demand["validUntil"] = MarketSetup.Wire(until);
        }

        return buyer.PostAsync("/v1/bids", demand, key);
    }

    /// <summary>A bid's status, and why it couldn't be filled.</summary>
    public static async Task<string> BidStatusAsync(this Party buyer, Answer bid)
    {
        var now = (await buyer.GetAsync($"/v1/bids/{bid["id"]}")).Is(200);
        return now.Json!["lastRefusal"] is { } refusal ? $"{now["status"]} {refusal}" : now["status"];
    }

    /// <summary>Cards, node and amount of each leg.</summary>
    public static IReadOnlyList<string> Legs(this Answer answer) => [.. answer.Items("legs").Select(leg => $"{leg["cards"]} {leg["node"]} {leg["amount"]}")];

    /// <summary>The reason that a quote gives for having no plan.</summary>
    public static async Task<string> WhyNotAsync(this Party buyer, JsonObject demand) => (await buyer.AskAsync(demand)).Is(200)["reasons[0].code"];

    /// <summary>A buyer under the same control as another.</summary>
    public static async Task<(Party One, Party Other)> RelatedBuyersAsync(this MarketplaceServer server)
    {
        var controllers = new[] { $"Holding {Guid.NewGuid():N}" };
        return (await Make(), await Make());

        async Task<Party> Make()
        {
            var name = $"enterprise {Guid.NewGuid():N}";
            var id = (await server.Admin.PostAsync(
                "/v1/organizations",
                new { name, kind = "enterprise", creditCode = MarketSetup.NewCreditCode(), regionCode = "330100", establishedOn = "2015-01-01", traits = Array.Empty<string>(), controllers })).Is(201)["id"];
            var client = (await server.Admin.PostAsync($"/v1/organizations/{id}/clients", new { name })).Is(201);
            (await server.Admin.PostAsync($"/v1/organizations/{id}/deposits", new { amount = "100000.00", reference = "first" })).Is(201);
            return await server.SignInAsync(name, client["clientId"], client["clientSecret"], id);
        }
    }
}
