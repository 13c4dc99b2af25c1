using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>With each seller in an order stands one contract, made with the order and never changed.</summary>
public sealed class OrderContractTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task An_order_has_one_contract_with_each_seller(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var first = await server.CapacityAsync(cards: 2);
        var second = await server.CapacityAsync(cards: 2, model: first.Model);
        (await first.ListAsync("10.00", offPeak: new { fromHour = 22, toHour = 8, factor = "0.5" })).Is(201);
        (await second.ListAsync("11.00")).Is(201);
        var buyer = await server.BuyerAsync();
        var day = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(first, 4, day.AddHours(12), 2);

        var all = (await buyer.GetAsync($"/v1/orders/{order["id"]}/contracts")).Is(200).Items();
        Assert.Equal(new[] { first.Provider.Id, second.Provider.Id }.Order(), all.Select(contract => contract["seller"]!["id"]!.GetValue<string>()).Order());
        foreach (var (capacity, total) in new[] { (first, "40.00"), (second, "44.00") })
        {
            var own = Assert.Single((await capacity.Provider.GetAsync($"/v1/orders/{order["id"]}/contracts")).Is(200).Items());
            Assert.Equal(own.ToJsonString(), all.Single(contract => contract["seller"]!["id"]!.GetValue<string>() == capacity.Provider.Id).ToJsonString());
            var text = own["text"]!.GetValue<string>();
            Assert.StartsWith("算力服务合同\n", text, StringComparison.Ordinal);
            Assert.Contains($"合计最高 {total} 元", text, StringComparison.Ordinal);
            Assert.Contains($"At most {total} CNY in total", text, StringComparison.Ordinal);
            Assert.Contains(own["buyer"]!["creditCode"]!.GetValue<string>(), text, StringComparison.Ordinal);
            Assert.Contains($"{capacity.Model} 2 卡", text, StringComparison.Ordinal);
            Assert.DoesNotContain((capacity == first ? second : first).Provider.Name, text, StringComparison.Ordinal);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), own["digest"]!.GetValue<string>());
            Assert.Matches($"^C{day.AddDays(-1):yyyyMMdd}-[0-9A-F]{{12}}$", own["number"]!.GetValue<string>());
            Assert.Equal(day.AddDays(-1).ToString("yyyy-MM-dd"), own["date"]!.GetValue<string>());
        }

        // A seller's own entry of it, and the whole for whoever reads everything.
        Assert.Equal("contract.concluded", (await first.Provider.GetAsync("/v1/audit/entries?subjectType=contract")).Is(200)["items[0].action"]);
        Assert.Equal(2, (await server.Admin.GetAsync($"/v1/orders/{order["id"]}/contracts")).Is(200).Items().Count);

        // Cancelled, it is what was agreed on all the same.
        (await buyer.PostAsync($"/v1/orders/{order["id"]}/cancel")).Is(200);
        Assert.Equal(all.Select(contract => contract.ToJsonString()), (await buyer.GetAsync($"/v1/orders/{order["id"]}/contracts")).Is(200).Items().Select(contract => contract.ToJsonString()));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Contracts_are_their_parties_business(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var path = $"/v1/orders/{(await buyer.OrderAsync(capacity, 1, await server.TomorrowAsync(), 1))["id"]}/contracts";
        (await (await server.BuyerAsync()).GetAsync(path)).Is(404, "not_found");
        (await (await server.ProviderAsync()).GetAsync(path)).Is(404, "not_found");
        (await buyer.GetAsync("/v1/orders/none/contracts")).Is(404, "not_found");
        (await buyer.GetAsync(path + "?limit=0")).Is(400, "validation");
    }

    [Theory, EveryDatabase]
    public async Task Orders_at_once_on_one_seller_have_a_number_each(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(nodes: 6, cards: 1);
        (await capacity.ListAsync()).Is(201);
        var start = await server.TomorrowAsync();
        var buyers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.BuyerAsync()));
        await Task.WhenAll(buyers.Select(buyer => buyer.OrderAsync(capacity, 1, start, 1)));
        await using var db = server.Database.Open();
        var seller = Id<Domain.Organizations.Organization>.Parse(capacity.Provider.Id);
        var numbers = await db.Contracts.Where(contract => contract.SellerId == seller).Select(contract => contract.Number).ToListAsync();
        Assert.Equal(6, numbers.Distinct().Count());
        Assert.Empty(server.Faults);
    }
}
