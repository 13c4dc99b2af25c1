using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.UnitTests.Vouchers;

/// <summary>Parties, lines, rules and vouchers for tests: each as plain as can be, to be changed with <c>with</c>.</summary>
internal static class VoucherWorld
{
    public static readonly DateOnly Today = new(2026, 1, 5);
    public static readonly DateTimeOffset Now = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    public static readonly Organization Buyer = Organization(1, OrganizationKind.Enterprise, traits: ["sme"]);
    public static readonly Organization Seller = Organization(2, OrganizationKind.Provider);
    public static readonly Organization OtherSeller = Organization(3, OrganizationKind.Provider);

    public static Money Yuan(string amount) => Money.Parse(amount);

    public static Organization Organization(
        int number, OrganizationKind kind, string region = "330100", string[]? traits = null, string[]? controllers = null, DateOnly? establishedOn = null)
    {
        var first17 = $"91330100MA{number:0000000}";
        return new()
        {
            Id = new(new Guid(number, 0, 0, new byte[8])),
            Name = $"organization {number}",
            Kind = kind,
            CreditCode = CreditCode.Parse(first17 + CreditCode.CheckDigit(first17)),
            RegionCode = region,
            EstablishedOn = establishedOn ?? new(2015, 1, 1),
            Traits = traits ?? [],
            Taxpayer = Taxpayer.General,
            Controllers = controllers ?? [],
            CreatedAt = Now,
        };
    }

    public static Id<Leg> Leg(int number) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]));

    public static Id<Voucher> VoucherId(int number) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 2]));

    public static FundableLine Line(string amount, int leg = 0) => new()
    {
        Key = $"line {leg}",
        LegId = Leg(leg),
        Amount = Yuan(amount),
        Seller = Seller,
        RegionCode = "330100",
        Accelerator = "Ascend 910B",
        Origin = ChipOrigin.Domestic,
        Workload = Workload.Training,
        Product = Product.Metered,
        FirstDay = new(2026, 1, 10),
        LastDay = new(2026, 1, 10),
    };

    public static FundableLine Imported(this FundableLine line) => line with { Accelerator = "H800", Origin = ChipOrigin.Imported };

    /// <summary>Rules as a request writes them, over a flat ratio of 1.00 that pays beside any other.</summary>
    public static ProgrammeRules Rules(string json = "{}")
    {
        var plain = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize<ProgrammeRules>(
            """
            {"mode": "deduct", "payee": "seller", "applicant": {"kinds": ["enterprise"]}, "rates": [{"ratio": "1.00"}],
             "validity": {"months": 12}, "relatedParties": "forbid", "resale": "forbid"}
            """, MarketJson.Options), MarketJson.Options)!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject())
        {
            plain[name] = value?.DeepClone();
        }

        return plain.Deserialize<ProgrammeRules>(MarketJson.Options)!;
    }

    /// <summary>30 % of domestic chips, 20 % of others.</summary>
    public static ProgrammeRules ByOrigin => Rules("""{"rates": [{"when": {"origins": ["domestic"]}, "ratio": "0.30"}, {"ratio": "0.20"}]}""");

    public static ProgrammeInForce Programme(string code, ProgrammeRules rules) => new() { Code = code, VersionNumber = 1, Rules = rules };

    public static SpendableVoucher Voucher(int number, string programme, string limit, DateOnly? expiresOn = null, int? heldFor = null) => new()
    {
        Id = VoucherId(number),
        ProgrammeCode = programme,
        Limit = Yuan(limit),
        ExpiresOn = expiresOn ?? new(2027, 1, 5),
        HeldFor = heldFor is { } leg ? Leg(leg) : null,
    };

    public static AllocationRequest Request(
        IReadOnlyList<FundableLine> lines, IReadOnlyList<ProgrammeInForce> programmes, IReadOnlyList<SpendableVoucher> vouchers) => new()
        {
            Buyer = Buyer,
            OrderedOn = Today,
            Today = Today,
            OrderTotal = lines.Sum(line => line.Amount),
            Lines = lines,
            Programmes = programmes,
            Vouchers = vouchers,
        };

    /// <summary>One line, one programme, one large voucher.</summary>
    public static AllocationRequest One(FundableLine line, ProgrammeRules rules) =>
        Request([line], [Programme("p", rules)], [Voucher(1, "p", "1000000.00")]);

    public static VoucherAllocation Allocate(this AllocationRequest request) => VoucherAllocator.Allocate(request);

    /// <summary>What each voucher gives, by its number in the test.</summary>
    public static string Given(this VoucherAllocation allocation) => string.Join(", ", allocation.Parts
        .GroupBy(part => part.VoucherId).OrderBy(group => group.Key)
        .Select(group => $"{Number(group.Key)}: {group.Sum(part => part.Amount)}"));

    public static string Refused(this VoucherAllocation allocation) =>
        string.Join(", ", allocation.NotApplied.Select(unused => $"{Number(unused.VoucherId)}: {unused.Code}"));

    private static int Number(Id<Voucher> id) => BitConverter.ToInt32(id.Value.ToByteArray(), 0);
}
