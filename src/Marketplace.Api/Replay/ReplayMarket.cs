using System.Security.Cryptography;
using Marketplace.Application.Ledger;
using Marketplace.Application.Market;
using Marketplace.Application.Metering;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Api.Replay;

/// <summary>A centre, and the meter by which its provider reports.</summary>
internal sealed record ReplayCenter(Id<Center> Id, string Name, Caller Owner, Id<Domain.Metering.Meter> MeterId, string Source, ECDsa Key);

internal sealed record ReplayFirm(Caller Caller, string Name);

internal sealed record ReplayProgramme(string Code, ProgrammeMode Mode, Caller Authority);

/// <summary>
/// Those who take part: what a trace doesn't know of them (providers, regions, prices, firms, programmes) is drawn from the seed, and
/// <see cref="Drawn"/> says what was.
/// </summary>
internal sealed class ReplayMarket(ReplayStages stages, Draw draw, DateTimeOffset from) : IDisposable
{
    public const string TokenModel = "replay-llm";
    private const int Firms = 12;

    /// <summary>Names as centres of the national hubs have them; PUE and hours off peak go with the region.</summary>
    private static readonly (int Provider, string Name, string Region, string Hub, decimal Pue, bool OffPeak)[] Places =
    [
        (0, "Xiaoshan", "330109", "Yangtze delta", 1.25m, false), (0, "Wuhu", "340207", "Yangtze delta", 1.22m, false),
        (1, "Gui'an", "520115", "Guizhou", 1.12m, true), (1, "Chongqing", "500106", "Chengdu-Chongqing", 1.2m, false),
        (2, "Hohhot", "150105", "Inner Mongolia", 1.15m, true), (2, "Zhangjiakou", "130703", "Beijing-Tianjin-Hebei", 1.18m, true),
    ];

    private static readonly (string Name, string Region)[] Providers = [("Qiantang Compute", "330100"), ("Cloud Valley", "520100"), ("Horqin Green Compute", "150100")];

    /// <summary>Templates whose programmes are set up, and the region of their authorities.</summary>
    private static readonly (string Template, string Region)[] Programmes =
        [("hangzhou-2026", "330100"), ("yizhuang-2026", "110100"), ("chengdu-2025", "510100"), ("zhengzhou-2024", "410100"), ("qingdao-ai-park", "370200")];

    private static readonly string[] FirmRegions = ["330106", "110115", "510104", "410104", "440305", "310115"];

    /// <summary>Yuan a card-hour where a price is known to be usual; other models by their teraFLOPS.</summary>
    private static readonly Dictionary<string, int> UsualFen = new() { ["V100"] = 600, ["T4"] = 220, ["A10"] = 380, ["P100"] = 300, ["Ascend 910B"] = 1000 };

    private int _registered;
    private int _cards;

    public Caller Admin { get; private set; } = Caller.System;
    public List<ReplayCenter> Centers { get; } = [];
    public List<ReplayFirm> Buyers { get; } = [];
    public List<Caller> Sellers { get; } = [];
    public List<ReplayProgramme> Schemes { get; } = [];
    public Dictionary<string, AcceleratorAnswer> Catalogue { get; } = [];

    /// <summary>What the trace doesn't say and the seed decided.</summary>
    public List<string> Drawn { get; } = [];

    /// <summary>Names of organizations, for the report.</summary>
    public Dictionary<Id<Organization>, string> Names { get; } = [];

    public async Task BuildAsync(Trace trace, DateTimeOffset to)
    {
        var platform = (await stages.SendAsync("read", Caller.System, new ListOrganizations(new(), OrganizationKind.Platform))).Items[0].Id;
        Admin = new("replay:platform", Role.Admin, platform);
        _cards = trace.Nodes.Sum(node => node.Cards);
        await CatalogueAsync(trace);
        foreach (var (name, region) in Providers)
        {
            Sellers.Add(await RegisterAsync(name, OrganizationKind.Provider, region));
        }

        await CapacityAsync(trace, to);
        await FirmsAsync();
        await ProgrammesAsync();
    }

    /// <summary>Registers a party; a buyer gets a deposit that never binds.</summary>
    public async Task<Caller> RegisterAsync(string name, OrganizationKind kind, string region, params string[] controllers)
    {
        var body = $"{(kind == OrganizationKind.Authority ? "11" : "91")}{region}RPL{++_registered:000000}";
        var registered = await stages.SendAsync("register", Admin, new RegisterOrganization(
            name, kind, body + CreditCode.CheckDigit(body), region, DateOnly.FromDateTime(from.Date).AddYears(-3), ["sme"], Taxpayer.General, controllers));
        Names[registered.Id] = name;
        if (kind == OrganizationKind.Enterprise)
        {
            await stages.SendAsync("register", Admin, new TransferMoney(Money.Parse("50000000.00"), "replay deposit") { OrganizationId = registered.Id });
        }

        return new("replay:" + name, kind switch { OrganizationKind.Provider => Role.Provider, OrganizationKind.Authority => Role.Authority, _ => Role.Enterprise }, registered.Id);
    }

    /// <summary>A centre with a meter that signs.</summary>
    public async Task<ReplayCenter> CenterAsync(Caller owner, string name, string region, string? hub, decimal pue)
    {
        var id = (await stages.SendAsync("list", owner, new CreateCenter(name, region, hub, pue, 10m, 200m))).Id;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var meter = await stages.SendAsync("list", owner, new RegisterMeter(id, name + " meter", key.ExportSubjectPublicKeyInfoPem()));
        var center = new ReplayCenter(id, name, owner, meter.Id, meter.Source, key);
        Centers.Add(center);
        return center;
    }

    public void Dispose()
    {
        foreach (var center in Centers)
        {
            center.Key.Dispose();
        }
    }

    /// <summary>Models that the catalogue lacks; figures of undisclosed ones are drawn.</summary>
    private async Task CatalogueAsync(Trace trace)
    {
        string? cursor = null;
        do
        {
            var page = await stages.SendAsync("read", Admin, new ListAccelerators(new(PageRequest.Max, cursor)));
            cursor = page.Next;
            page.Items.ToList().ForEach(entry => Catalogue[entry.Model] = entry);
        }
        while (cursor is not null);
        foreach (var model in trace.Nodes.Select(node => node.Model).Distinct().Where(model => !Catalogue.ContainsKey(model)).Order(StringComparer.Ordinal))
        {
            var entry = model switch
            {
                "P100" => new PutAccelerator("NVIDIA", ChipOrigin.Imported, 18.7m, 16, 250),
                "V100M16" => new PutAccelerator("NVIDIA", ChipOrigin.Imported, 125, 16, 300),
                "V100M32" => new PutAccelerator("NVIDIA", ChipOrigin.Imported, 125, 32, 300),
                _ => new PutAccelerator("undisclosed", ChipOrigin.Domestic, draw.Between(100, 300), draw.Pick([32, 48, 64]), draw.Between(200, 400)),
            };
            Catalogue[model] = await stages.SendAsync("list", Admin, entry with { Model = model });
            if (entry.Vendor == "undisclosed")
            {
                Drawn.Add($"Figures of model {model}, which its source doesn't disclose: domestic, {entry.Fp16Tflops} TFLOPS, {entry.MemoryGiB} GiB, {entry.Watts} W.");
            }
        }
    }

    private async Task CapacityAsync(Trace trace, DateTimeOffset to)
    {
        var places = trace.Nodes.OrderBy(node => node.Name, StringComparer.Ordinal).GroupBy(_ => draw.Between(0, Places.Length - 1)).OrderBy(place => place.Key);
        foreach (var place in places)
        {
            var (provider, name, region, hub, pue, offPeak) = Places[place.Key];
            var center = await CenterAsync(Sellers[provider], name, region, hub, pue);
            await stages.SendAsync("list", center.Owner, new AddNodes([.. place.Select(node => new NodeInput(
                node.Name, node.Model, node.Cards, Math.Max(1, node.CpuMilli / 1000), Math.Max(1, node.MemoryMiB / 1024), Interconnect.Pcie, ["container"]))])
            { CenterId = center.Id }, place.Count());
            foreach (var model in place.GroupBy(node => node.Model).OrderBy(model => model.Key, StringComparer.Ordinal))
            {
                var (price, product) = (PriceOf(model.Key, draw.Between(85, 115)), draw.Chance(30) ? Product.Reserved : Product.Metered);
                await stages.SendAsync("list", center.Owner, new CreateListing(
                    center.Id, [.. model.Select(node => node.Name)], from, to, product, price, null, offPeak ? new(22, 8, Ratio.Parse("0.60")) : null, Listing.MinSliceMilli, null, null), model.Count());
                Drawn.Add($"{name}: {model.Count()} nodes of {model.Key} with {model.Sum(node => node.Cards)} cards of {Providers[provider].Name}, {(product == Product.Metered ? "metered" : "reserved")}, {price} yuan a card-hour{(offPeak ? ", 0.60 of it from 22 to 8" : "")}.");
            }
        }

        if (trace.Requests.Count > 0)
        {
            await TokensAsync(to);
        }
    }

    /// <summary>One machine that sells tokens: the trace of requests is what its buyers send.</summary>
    private async Task TokensAsync(DateTimeOffset to)
    {
        var center = Centers[0];
        await stages.SendAsync("list", center.Owner, new AddNodes([new("token-server", "H20", 8, 192, 1536)]) { CenterId = center.Id });
        _ = Price.TryParse("2.00", out var input);
        _ = Price.TryParse("8.00", out var output);
        await stages.SendAsync("list", center.Owner, new CreateListing(center.Id, ["token-server"], from, to, Product.Tokens, null, new(input, output), null, null, null, [new(TokenModel, 5000m)]));
        Drawn.Add($"{center.Name}: one node of 8 H20 that sells tokens at {input} yuan a million in and {output} out.");
    }

    private Price PriceOf(string model, int percent) =>
        new((UsualFen.TryGetValue(model, out var fen) ? fen : Math.Max(200, (int)(Catalogue[model].Fp16Tflops * 3.2m))) * percent / 100 * 10_000L);

    private async Task FirmsAsync()
    {
        for (var i = 0; i < Firms; i++)
        {
            var region = FirmRegions[i % FirmRegions.Length];
            var name = $"Firm {i + 1:00}";
            Buyers.Add(new(await RegisterAsync(name, OrganizationKind.Enterprise, region), name));
        }

        Drawn.Add($"{Firms} firms in the regions {string.Join(", ", FirmRegions)}; which job is whose: the first firms have more of them.");
    }

    /// <summary>Each firm has a voucher of the programme of its region, if there is one; the last one rewards a provider.</summary>
    private async Task ProgrammesAsync()
    {
        foreach (var (code, region) in Programmes)
        {
            var template = ProgrammeTemplate.Shipped.Single(template => template.Code == code);
            var rules = Filled(template.Rules);
            var authority = await RegisterAsync(template.Authority + " authority", OrganizationKind.Authority, region);
            await stages.SendAsync("vouchers", authority, new CreateProgramme(code, template.Name, authority.OrganizationId, template.BudgetPerYear ?? Money.Parse("20000000.00"), null, rules));
            Schemes.Add(new(code, rules.Mode!.Value, authority));
            var grantees = rules.Mode == ProgrammeMode.Reward ? [Sellers[1]]
                : Buyers.Where((_, i) => FirmRegions[i % FirmRegions.Length][..2] == region[..2]).Select(firm => firm.Caller).ToList();
            foreach (var grantee in grantees)
            {
                // As large as the market is, so that some are used up and some aren't.
                var face = new Money(draw.Between(4, 40) * _cards * 100L);
                await stages.SendAsync("vouchers", authority, new IssueVoucher(grantee.OrganizationId, face) { Programme = code });
                Drawn.Add($"{Names[grantee.OrganizationId]}: a voucher of {face} under {code}.");
            }
        }

        Drawn.Add("What the templates leave open: taken off the invoice unless they say else (Zhengzhou's is paid back), good for 12 months, no related parties, no resale.");
    }

    /// <summary>A template's rules, with what its source doesn't say filled in.</summary>
    private static ProgrammeRules Filled(ProgrammeRules rules)
    {
        var mode = rules.Mode ?? (rules.Base == SubsidyBase.Contract ? ProgrammeMode.Reimburse : ProgrammeMode.Deduct);
        return rules with
        {
            Mode = mode,
            Payee = rules.Payee ?? (mode == ProgrammeMode.Reimburse ? Payee.Buyer : Payee.Seller),
            Validity = rules.Validity ?? new() { Months = 12 },
            Stacking = rules.Stacking ?? new() { Policy = StackingPolicy.Stack },
            RelatedParties = rules.RelatedParties ?? RelatedPartyRule.Forbid,
            Resale = rules.Resale ?? ResaleRule.Forbid,
        };
    }
}
