using Marketplace.Application.Vouchers;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.UnitTests.Vouchers;

/// <summary>Every state of an application × everything that can happen to it: allowed, or refused with its code.</summary>
public sealed class ApplicationStateTests
{
    private static readonly ProgrammeRules Rules = VoucherWorld.Rules() with { Review = [ReviewStep.Check], PublicityDays = 3 };
    private static readonly Id<Organization> Stranger = VoucherWorld.OtherSeller.Id;

    private static readonly string[] Events = ["change", "submit", "pass", "return", "reject", "object", "end", "end early"];

    /// <summary>What comes of an event, in the order of <see cref="Events"/>: the next state, or a code.</summary>
    private static readonly Dictionary<ApplicationStatus, string[]> Table = new()
    {
        [ApplicationStatus.Draft] =
            ["draft", "submitted", "application.not_submitted", "application.not_submitted", "application.not_submitted", "application.not_public", "application.not_submitted", "application.not_submitted"],
        [ApplicationStatus.Submitted] =
            ["application.submitted", "application.submitted", "publicity", "returned", "rejected", "application.not_public", "application.in_review", "application.in_review"],
        [ApplicationStatus.Returned] =
            ["returned", "submitted", "application.not_submitted", "application.not_submitted", "application.not_submitted", "application.not_public", "application.not_submitted", "application.not_submitted"],
        [ApplicationStatus.Publicity] =
            ["application.submitted", "application.submitted", "application.in_publicity", "application.in_publicity", "application.in_publicity", "objected", "approved", "application.in_publicity"],
        [ApplicationStatus.Objected] =
            ["application.submitted", "application.submitted", "publicity", "application.objected", "rejected", "objected", "application.objected", "application.objected"],
        [ApplicationStatus.Approved] =
            ["application.decided", "application.decided", "application.decided", "application.decided", "application.decided", "application.not_public", "application.decided", "application.decided"],
        [ApplicationStatus.Rejected] =
            ["application.decided", "application.decided", "application.decided", "application.decided", "application.decided", "application.not_public", "application.decided", "application.decided"],
    };

    public static TheoryData<ApplicationStatus, string, string> Cells()
    {
        var cells = new TheoryData<ApplicationStatus, string, string>();
        foreach (var status in Enum.GetValues<ApplicationStatus>())
        {
            foreach (var (name, outcome) in Events.Zip(Table[status]))
            {
                cells.Add(status, name, outcome);
            }
        }

        return cells;
    }

    [Theory, MemberData(nameof(Cells))]
    public void Each_event_in_each_state(ApplicationStatus status, string name, string outcome)
    {
        var application = In(status);
        Assert.Equal(status, application.Status);
        var (version, decisions, objections) = (application.Version, application.Decisions.Count, application.Objections.Count);
        if (!outcome.Contains('.', StringComparison.Ordinal))
        {
            Happen(application, name);
            Assert.Equal(outcome, application.Status.ToString().ToLowerInvariant());
            Assert.True(application.Version > version);
            return;
        }

        Assert.Equal(outcome, Assert.Throws<RuleException>(() => Happen(application, name)).Code);
        Assert.Equal((status, version, decisions, objections), (application.Status, application.Version, application.Decisions.Count, application.Objections.Count));
    }

    [Fact]
    public void Each_review_step_wants_a_decision_and_a_returned_one_begins_anew()
    {
        var rules = Rules with { Review = [ReviewStep.Check, ReviewStep.Expert], PublicityDays = null };
        var application = In(ApplicationStatus.Submitted);
        Assert.Equal(ReviewStep.Check, application.NextStep(rules));
        Decide(application, ApplicationVerdict.Pass, rules);
        Assert.Equal(ReviewStep.Expert, application.NextStep(rules));
        Decide(application, ApplicationVerdict.Return, rules);
        application.Submit(Version(rules), VoucherWorld.Now);
        Assert.Equal(ReviewStep.Check, application.NextStep(rules));
        Decide(application, ApplicationVerdict.Pass, rules);
        Assert.False(application.IsReady(rules, VoucherWorld.Today));
        Decide(application, ApplicationVerdict.Pass, rules);
        Assert.True(application.IsReady(rules, VoucherWorld.Today));
        Assert.Null(application.NextStep(rules));
        Assert.Equal([ReviewStep.Check, ReviewStep.Expert, ReviewStep.Check, ReviewStep.Expert], application.Decisions.Select(decision => decision.Step!.Value));
    }

    [Fact]
    public void A_step_grants_what_stands_or_less()
    {
        var rules = Rules with { Review = [ReviewStep.Check, ReviewStep.Expert] };
        var application = In(ApplicationStatus.Submitted);
        Assert.Equal("grant.exceeds", Assert.Throws<RuleException>(() => Decide(application, ApplicationVerdict.Pass, rules, "1000.01")).Code);
        Decide(application, ApplicationVerdict.Pass, rules, "600.00");
        Assert.Equal("grant.exceeds", Assert.Throws<RuleException>(() => Decide(application, ApplicationVerdict.Pass, rules, "600.01")).Code);
        Decide(application, ApplicationVerdict.Pass, rules);
        Assert.Equal((VoucherWorld.Yuan("1000.00"), VoucherWorld.Yuan("600.00")), (application.Amount, application.Granted));
    }

    /// <summary>Passed on Monday the 5th, three days: the 6th, 7th and 8th. The day of an objection isn't over and is left.</summary>
    [Theory]
    [InlineData("2026-01-05", 3, "2026-01-15")]
    [InlineData("2026-01-06", 3, "2026-01-15")]
    [InlineData("2026-01-07", 2, "2026-01-14")]
    [InlineData("2026-01-08", 1, "2026-01-13")]
    public void Publicity_goes_on_for_the_days_that_were_left(string objectedOn, int left, string until)
    {
        var application = In(ApplicationStatus.Publicity);
        Assert.Equal(new DateOnly(2026, 1, 8), application.PublicUntil);
        application.Object(Stranger, "x", Rules, VoucherWorld.Now, DateOnly.Parse(objectedOn), PublicHolidays.Calendar);
        Assert.Equal((left, null), (application.DaysLeft, application.PublicUntil));
        application.Decide(ApplicationVerdict.Pass, null, null, Rules, new("a", VoucherWorld.Now, new(2026, 1, 12), PublicHolidays.Calendar));
        Assert.Equal(DateOnly.Parse(until), application.PublicUntil);
        Assert.Null(application.DaysLeft);
    }

    [Fact]
    public void Who_may_object_and_how_often()
    {
        var application = In(ApplicationStatus.Publicity);
        void Object(Id<Organization> by, DateOnly day) => application.Object(by, "x", Rules, VoucherWorld.Now, day, PublicHolidays.Calendar);
        Assert.Equal("application.not_public", Assert.Throws<RuleException>(() => Object(Stranger, new(2026, 1, 9))).Code);
        Assert.Equal("objection.own", Assert.Throws<RuleException>(() => Object(VoucherWorld.Buyer.Id, new(2026, 1, 6))).Code);
        Object(Stranger, new(2026, 1, 6));
        Assert.Equal("objection.exists", Assert.Throws<RuleException>(() => Object(Stranger, new(2026, 1, 6))).Code);
        for (var i = 1; i < VoucherApplication.MaxObjections; i++)
        {
            Object(new(Guid.CreateVersion7()), new(2026, 1, 6));
        }

        Assert.Equal("objection.limit", Assert.Throws<RuleException>(() => Object(new(Guid.CreateVersion7()), new(2026, 1, 6))).Code);
    }

    [Fact]
    public void It_is_returned_so_often_and_no_oftener()
    {
        var application = In(ApplicationStatus.Submitted);
        for (var i = 0; i < VoucherApplication.MaxReturns; i++)
        {
            Decide(application, ApplicationVerdict.Return, Rules);
            application.Submit(Version(Rules), VoucherWorld.Now);
        }

        Assert.Equal("application.returns", Assert.Throws<RuleException>(() => Decide(application, ApplicationVerdict.Return, Rules)).Code);
        Decide(application, ApplicationVerdict.Reject, Rules);
    }

    [Theory]
    [InlineData(false, true, true, "ownUse")]
    [InlineData(true, false, true, "unrelated")]
    [InlineData(true, true, false, "noDuplicate")]
    public void Without_a_declaration_nothing_is_submitted(bool ownUse, bool unrelated, bool noDuplicate, string missing)
    {
        var application = In(ApplicationStatus.Draft);
        application.Change(Content(new() { OwnUse = ownUse, Unrelated = unrelated, NoDuplicate = noDuplicate }), []);
        var refused = Assert.Throws<RuleException>(() => application.Submit(Version(Rules), VoucherWorld.Now));
        Assert.Equal("declaration.missing", refused.Code);
        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
        Assert.Equal(ApplicationStatus.Draft, application.Status);
    }

    private static VoucherApplication In(ApplicationStatus status)
    {
        var programme = new Programme { Code = "p", AuthorityId = VoucherWorld.Seller.Id, Name = "p", CreatedAt = VoucherWorld.Now };
        var application = VoucherApplication.Draft(Id<VoucherApplication>.New(VoucherWorld.Now), programme, VoucherWorld.Buyer.Id, VoucherWorld.Now);
        application.Change(Content(new() { OwnUse = true, Unrelated = true, NoDuplicate = true }), []);
        string[] path = status switch
        {
            ApplicationStatus.Draft => [],
            ApplicationStatus.Submitted => ["submit"],
            ApplicationStatus.Returned => ["submit", "return"],
            ApplicationStatus.Publicity => ["submit", "pass"],
            ApplicationStatus.Objected => ["submit", "pass", "object"],
            ApplicationStatus.Approved => ["submit", "pass", "end"],
            _ => ["submit", "reject"],
        };
        foreach (var name in path)
        {
            Happen(application, name);
        }

        return application;
    }

    private static void Happen(VoucherApplication application, string name)
    {
        switch (name)
        {
            case "change":
                application.Change(Content(application.Declarations), []);
                break;
            case "submit":
                application.Submit(Version(Rules), VoucherWorld.Now);
                break;
            case "object":
                application.Object(new(Guid.CreateVersion7()), "x", Rules, VoucherWorld.Now, VoucherWorld.Today, PublicHolidays.Calendar);
                break;
            case "end":
                application.Approve(VoucherWorld.VoucherId(1), Rules, VoucherWorld.Today.AddDays(4));
                break;
            case "end early":
                application.RejectFor("programme.exhausted", Rules, VoucherWorld.Today.AddDays(3));
                break;
            default:
                Decide(application, Enum.Parse<ApplicationVerdict>(name, ignoreCase: true), Rules);
                break;
        }
    }

    private static void Decide(VoucherApplication application, ApplicationVerdict verdict, ProgrammeRules rules, string? amount = null) => application.Decide(
        verdict, amount is null ? null : VoucherWorld.Yuan(amount), null, rules, new("a", VoucherWorld.Now, VoucherWorld.Today, PublicHolidays.Calendar));

    private static ApplicationContent Content(ApplicationDeclarations declarations) =>
        new() { Amount = VoucherWorld.Yuan("1000.00"), Declarations = declarations, PublicMoneyFromOutside = [] };

    private static ProgrammeVersion Version(ProgrammeRules rules) => new() { Code = "p", Number = 1, From = VoucherWorld.Now, Rules = rules };
}
