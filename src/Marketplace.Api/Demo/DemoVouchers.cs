using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Api.Demo;

/// <summary>Two programmes of one authority, the vouchers issued under them, and what was claimed of them.</summary>
internal static class DemoVouchers
{
    private const string Compute = "zj-compute";
    private const string Startup = "zj-startup";

    public static async Task IssueAsync(DemoStory story, DemoParties parties)
    {
        var office = parties.Office;
        await story.SendAsync(office, new CreateProgramme(Compute, "Compute vouchers", office.OrganizationId, Money.Parse("2000000.00"), null, ComputeRules()));
        await story.SendAsync(office, new CreateProgramme(Startup, "Young firms' training vouchers", office.OrganizationId, Money.Parse("300000.00"), null, StartupRules()));
        await IssueAsync(Compute, parties.Xihu, "40000.00");
        await IssueAsync(Compute, parties.Donghai, "30000.00");
        await IssueAsync(Startup, parties.Xihu, "10000.00");

        Task IssueAsync(string programme, Caller to, string amount) =>
            story.SendAsync(office, new IssueVoucher(to.OrganizationId, Money.Parse(amount)) { Programme = programme });
    }

    /// <summary>
    /// Of one month's redemptions, one seller's are claimed, approved and paid, another's and the buyer's are claimed and
    /// wait for a decision, and a third seller hasn't claimed yet.
    /// </summary>
    public static void Claim(DemoStory story, DemoParties parties, Period month, DateOnly lastDay, DateTimeOffset billedAt)
    {
        story.At(billedAt.AddHours(2), async () =>
        {
            var paid = await story.SendAsync(parties.Qiantang, new SubmitClaim(Compute, lastDay));
            story.At(billedAt.AddHours(26), () => story.SendAsync(parties.Office, new DecideClaim([]) { Id = paid.Id }));
            story.At(billedAt.AddHours(30), () => story.SendAsync(parties.Admin, new PayClaim("demo claim payment") { Id = paid.Id }));
        });
        story.At(billedAt.AddHours(3), () => story.SendAsync(parties.CloudValley, new SubmitClaim(Compute, lastDay)));
        story.At(billedAt.AddHours(4), () => story.SendAsync(parties.Xihu, new SubmitClaim(Startup, lastDay)));
        story.At(billedAt.AddHours(5), async () =>
        {
            var settlements = await story.SendAsync(parties.Admin, new ListSettlements(new(), month, parties.Qiantang.OrganizationId));
            await story.SendAsync(parties.Admin, new PaySettlement("demo payout") { Id = settlements.Items[0].Id });
        });
    }

    /// <summary>30 % on domestic cards and 20 % on others, taken off the invoice.</summary>
    private static ProgrammeRules ComputeRules() => new()
    {
        Mode = ProgrammeMode.Deduct,
        Payee = Payee.Seller,
        Applicant = new() { Kinds = [OrganizationKind.Enterprise], Regions = ["33"] },
        Rates = [new() { When = new() { Origins = [ChipOrigin.Domestic] }, Ratio = Ratio.Parse("0.30") }, new() { Ratio = Ratio.Parse("0.20") }],
        Caps = new() { PerVoucher = Money.Parse("50000.00"), PerOrder = Money.Parse("20000.00") },
        Validity = new() { Months = 12 },
        Stacking = new() { Policy = StackingPolicy.Stack, Priority = 10, PublicMoneyCeiling = Ratio.Parse("0.50") },
        RelatedParties = RelatedPartyRule.Forbid,
        Resale = ResaleRule.Forbid,
    };

    /// <summary>10 % on training for young firms, on signed readings only, paid back to the buyer.</summary>
    private static ProgrammeRules StartupRules() => new()
    {
        Mode = ProgrammeMode.Reimburse,
        Payee = Payee.Buyer,
        Applicant = new() { Kinds = [OrganizationKind.Enterprise], TraitsAny = ["tech-sme"], EstablishedWithinMonths = 60 },
        Scope = new() { Workloads = [Workload.Training] },
        Rates = [new() { Ratio = Ratio.Parse("0.10") }],
        Validity = new() { Months = 12 },
        Stacking = new() { Policy = StackingPolicy.Stack, Priority = 20, PublicMoneyCeiling = Ratio.Parse("0.50") },
        RelatedParties = RelatedPartyRule.Forbid,
        Resale = ResaleRule.Forbid,
        UnattestedUsage = UnattestedUsage.Refuse,
    };
}
