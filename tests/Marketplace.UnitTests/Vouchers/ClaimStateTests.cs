using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.UnitTests.Vouchers;

/// <summary>What may become of a claim in each of its states, and the code of what may not.</summary>
public sealed class ClaimStateTests
{
    [Theory]
    [InlineData(ClaimStatus.Submitted, "decide", "decided")]
    [InlineData(ClaimStatus.Submitted, "reject a foreign item", "claim.item")]
    [InlineData(ClaimStatus.Submitted, "reject a clawback", "claim.item")]
    [InlineData(ClaimStatus.Submitted, "pay", "claim.not_decided")]
    [InlineData(ClaimStatus.Decided, "decide", "claim.decided")]
    [InlineData(ClaimStatus.Decided, "pay", "paid")]
    [InlineData(ClaimStatus.Paid, "decide", "claim.decided")]
    [InlineData(ClaimStatus.Paid, "pay", "claim.paid")]
    public void Each_event_in_each_state(ClaimStatus status, string name, string outcome)
    {
        var claim = In(status);
        var version = claim.Version;
        if (!outcome.Contains('.', StringComparison.Ordinal))
        {
            Happen(claim, name);
            Assert.Equal(outcome, claim.Status.ToString().ToLowerInvariant());
            Assert.True(claim.Version > version);
            return;
        }

        Assert.Equal(outcome, Assert.Throws<RuleException>(() => Happen(claim, name)).Code);
        Assert.Equal((status, version), (claim.Status, claim.Version));
        Assert.True(status != ClaimStatus.Submitted || claim.Items.All(item => item.Status == ClaimItemStatus.Submitted));
    }

    [Fact]
    public void What_isnt_rejected_is_approved()
    {
        var claim = In(ClaimStatus.Submitted);
        claim.Decide(new Dictionary<Id<ClaimItem>, string> { [claim.Items[0].Id] = "no reading" }, VoucherWorld.Now);
        Assert.Equal(Money.Parse("-5.00"), claim.Approved);
        Assert.Equal("no reading", claim.Items[0].Reason);
    }

    private static void Happen(Claim claim, string name)
    {
        switch (name)
        {
            case "decide":
                claim.Decide(new Dictionary<Id<ClaimItem>, string>(), VoucherWorld.Now);
                break;
            case "reject a foreign item":
                claim.Decide(new Dictionary<Id<ClaimItem>, string> { [Id<ClaimItem>.New(VoucherWorld.Now)] = "x" }, VoucherWorld.Now);
                break;
            case "reject a clawback":
                claim.Decide(new Dictionary<Id<ClaimItem>, string> { [claim.Items[1].Id] = "x" }, VoucherWorld.Now);
                break;
            default:
                claim.Pay("reference", [], VoucherWorld.Now);
                break;
        }
    }

    private static Claim In(ClaimStatus status)
    {
        var id = Id<Claim>.New(VoucherWorld.Now);
        var claim = new Claim
        {
            Id = id,
            ProgrammeCode = "p",
            AuthorityId = Id<Organization>.New(VoucherWorld.Now),
            PayeeId = Id<Organization>.New(VoucherWorld.Now),
            UpTo = new(2026, 1, 31),
            SubmittedAt = VoucherWorld.Now,
            Items = [Item(id, "30.00"), Item(id, "-5.00")],
        };
        if (status != ClaimStatus.Submitted)
        {
            Happen(claim, "decide");
        }

        if (status == ClaimStatus.Paid)
        {
            Happen(claim, "pay");
        }

        return claim;
    }

    private static ClaimItem Item(Id<Claim> claim, string amount) => new()
    {
        Id = Id<ClaimItem>.New(VoucherWorld.Now),
        ClaimId = claim,
        RedemptionId = Id<Redemption>.New(VoucherWorld.Now),
        InvoiceId = Id<Invoice>.New(VoucherWorld.Now),
        LineId = Id<InvoiceLine>.New(VoucherWorld.Now),
        VoucherId = Id<Voucher>.New(VoucherWorld.Now),
        Amount = Money.Parse(amount),
    };
}
