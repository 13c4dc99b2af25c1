using Marketplace.Application.Ledger;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Demo;

/// <summary>The organizations of the demo market, as the callers that act for them.</summary>
internal sealed record DemoParties
{
    public required Caller Admin { get; init; }

    /// <summary>Provider in Zhejiang, with a centre in Shenzhen as well.</summary>
    public required Caller Qiantang { get; init; }

    /// <summary>Provider in Guizhou.</summary>
    public required Caller CloudValley { get; init; }

    /// <summary>Provider in Inner Mongolia.</summary>
    public required Caller Horqin { get; init; }

    /// <summary>The authority behind the programmes.</summary>
    public required Caller Office { get; init; }

    /// <summary>A young firm in Hangzhou, with vouchers of both programmes.</summary>
    public required Caller Xihu { get; init; }

    /// <summary>A firm in Shenzhen, without vouchers.</summary>
    public required Caller Lingnan { get; init; }

    /// <summary>A firm in Ningbo, with one voucher.</summary>
    public required Caller Donghai { get; init; }

    public static async Task<DemoParties> RegisterAsync(DemoStory story, DateOnly today)
    {
        var platform = (await story.SendAsync(Caller.System, new ListOrganizations(new(), OrganizationKind.Platform))).Items[0].Id;
        var registrar = new Registrar(story, new("demo:platform", Role.Admin, platform));
        var parties = new DemoParties
        {
            Admin = registrar.Admin,
            Qiantang = await registrar.ProviderAsync("qiantang", "Qiantang Compute", "330100"),
            CloudValley = await registrar.ProviderAsync("cloud-valley", "Guizhou Cloud Valley", "520100"),
            Horqin = await registrar.ProviderAsync("horqin", "Horqin Green Compute", "150100"),
            Office = await registrar.AddAsync("office", Role.Authority, new("Zhejiang Compute Voucher Office", OrganizationKind.Authority, null, "330000", new(2018, 10, 25), [], null, [])),
            Xihu = await registrar.EnterpriseAsync("xihu", "Xihu Robotics", "330106", today.AddYears(-2), "sme", "tech-sme"),
            Lingnan = await registrar.EnterpriseAsync("lingnan", "Lingnan Language Models", "440305", new(2016, 9, 1), "tech-sme"),
            Donghai = await registrar.EnterpriseAsync("donghai", "Donghai Genomics", "330212", new(2012, 4, 16), "sme"),
        };
        await registrar.DepositAsync(parties.Xihu, "200000.00");
        await registrar.DepositAsync(parties.Lingnan, "300000.00");
        await registrar.DepositAsync(parties.Donghai, "150000.00");
        return parties;
    }

    private sealed class Registrar(DemoStory story, Caller admin)
    {
        private int _registered;

        public Caller Admin => admin;

        public Task<Caller> ProviderAsync(string actor, string name, string region) =>
            AddAsync(actor, Role.Provider, new(name, OrganizationKind.Provider, null, region, new(2020, 6, 1), [], Taxpayer.General, []));

        public Task<Caller> EnterpriseAsync(string actor, string name, string region, DateOnly establishedOn, params string[] traits) =>
            AddAsync(actor, Role.Enterprise, new(name, OrganizationKind.Enterprise, null, region, establishedOn, traits, Taxpayer.General, []));

        public async Task<Caller> AddAsync(string actor, Role role, RegisterOrganization organization)
        {
            var body = $"{(role == Role.Authority ? "11" : "91")}{organization.RegionCode}DEM{++_registered:000000}";
            var registered = await story.SendAsync(admin, organization with { CreditCode = body + CreditCode.CheckDigit(body) });
            return new("demo:" + actor, role, registered.Id);
        }

        public Task<TransferAnswer> DepositAsync(Caller buyer, string amount) =>
            story.SendAsync(admin, new TransferMoney(Money.Parse(amount), "demo deposit") { OrganizationId = buyer.OrganizationId });
    }
}
