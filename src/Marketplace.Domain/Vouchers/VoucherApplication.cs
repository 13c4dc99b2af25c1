using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

public enum ApplicationStatus
{
    /// <summary>The applicant's own, seen by nobody else but the platform.</summary>
    Draft,

    /// <summary>Waits for the decision of the next review step.</summary>
    Submitted,

    /// <summary>The applicant is to change it and submit it again.</summary>
    Returned,

    /// <summary>Passed every step; anybody may object until its days are over (公示).</summary>
    Publicity,

    /// <summary>Somebody did: publicity stands still until the authority decides.</summary>
    Objected,

    /// <summary>Its voucher is issued.</summary>
    Approved,
    Rejected,
}

public enum ApplicationVerdict
{
    Pass,
    Return,
    Reject,
}

/// <summary>Who decides, on which local day, and by which calendar publicity is counted.</summary>
public sealed record Decider(string Actor, DateTimeOffset At, DateOnly Today, WorkingCalendar Calendar);

/// <summary>
/// An enterprise's application for a voucher: draft → submitted → a decision for each review step → publicity → approved; or
/// returned, or rejected. What a state doesn't allow is refused with a code and changes nothing.
/// </summary>
public sealed class VoucherApplication : IVersioned
{
    /// <summary>After so many returns an application passes or is rejected.</summary>
    public const int MaxReturns = 10;

    public const int MaxObjections = 100;

    private VoucherApplication()
    {
    }

    public required Id<VoucherApplication> Id { get; init; }
    public required string ProgrammeCode { get; init; }
    public required Id<Organization> AuthorityId { get; init; }

    /// <summary>The applicant.</summary>
    public required Id<Organization> OrganizationId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public Money Amount { get; private set; }
    public ApplicationDeclarations Declarations { get; private set; } = new();
    public IReadOnlyList<OutsideMoney> PublicMoneyFromOutside { get; private set; } = [];
    public string? ContractNumber { get; private set; }
    public DateOnly? ContractSignedOn { get; private set; }
    public IList<ApplicationDocument> Documents { get; init; } = [];
    public IList<ApplicationDecision> Decisions { get; init; } = [];
    public IList<ApplicationObjection> Objections { get; init; } = [];
    public ApplicationStatus Status { get; private set; }

    /// <summary>When it was last submitted.</summary>
    public DateTimeOffset? SubmittedAt { get; private set; }

    /// <summary>The version of the rules that was in force then, by which everything after it is judged.</summary>
    public int? VersionNumber { get; private set; }

    /// <summary>What is to be issued: what was asked for, or the less that was granted.</summary>
    public Money Granted { get; private set; }

    /// <summary>How many review steps it passed since it was last submitted.</summary>
    public int StepsPassed { get; private set; }

    /// <summary>The local day on which publicity began or went on; it doesn't count itself.</summary>
    public DateOnly? PublicSince { get; private set; }

    /// <summary>The last local day of publicity, which counts in full; null while an objection stops it.</summary>
    public DateOnly? PublicUntil { get; private set; }

    /// <summary>The days of publicity that an objection left.</summary>
    public int? DaysLeft { get; private set; }

    public Id<Voucher>? VoucherId { get; private set; }

    /// <summary>Why it was rejected where no decision did: the code that its voucher was refused with.</summary>
    public string? RejectedFor { get; private set; }

    public long Version { get; set; }

    public static VoucherApplication Draft(Id<VoucherApplication> id, Programme programme, Id<Organization> applicant, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(programme);
        return new() { Id = id, ProgrammeCode = programme.Code, AuthorityId = programme.AuthorityId, OrganizationId = applicant, CreatedAt = now };
    }

    /// <summary>The steps that rules ask for, in order.</summary>
    public static IReadOnlyList<ReviewStep> StepsOf(ProgrammeRules rules) => rules is { Review.Count: > 0 } ? rules.Review : [ReviewStep.Check];

    /// <summary>The step whose decision it waits for; null in every other state.</summary>
    public ReviewStep? NextStep(ProgrammeRules rules) =>
        Status == ApplicationStatus.Submitted && StepsPassed < StepsOf(rules).Count ? StepsOf(rules)[StepsPassed] : null;

    /// <exception cref="RuleException"><c>application.submitted</c> or <c>application.decided</c>.</exception>
    public void Change(ApplicationContent content, IEnumerable<ApplicationDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(content);
        DemandApplicants();
        (Amount, Declarations, PublicMoneyFromOutside) = (content.Amount, content.Declarations, content.PublicMoneyFromOutside);
        (ContractNumber, ContractSignedOn, Granted) = (content.ContractNumber, content.ContractSignedOn, Money.Zero);
        Documents.Clear();
        foreach (var document in documents)
        {
            Documents.Add(document);
        }

        Version++;
    }

    /// <summary>Puts it before the authority, under the rules that are in force. A returned one begins its review anew.</summary>
    /// <exception cref="RuleException"><c>application.submitted</c>, <c>application.decided</c> or <c>declaration.missing</c>.</exception>
    public void Submit(ProgrammeVersion version, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(version);
        DemandApplicants();
        string[] missing = [.. new[] { (Declarations.OwnUse, "ownUse"), (Declarations.Unrelated, "unrelated"), (Declarations.NoDuplicate, "noDuplicate") }
            .Where(declaration => !declaration.Item1).Select(declaration => declaration.Item2)];
        if (missing.Length > 0)
        {
            throw ApplicationErrors.DeclarationMissing(missing);
        }

        (Status, SubmittedAt, VersionNumber, Granted, StepsPassed) = (ApplicationStatus.Submitted, now, version.Number, Amount, 0);
        Version++;
    }

    /// <summary>
    /// The authority's word on the next review step, or on the objections. Passing the last step begins publicity, or where the
    /// rules have none makes it <see cref="IsReady"/>; passing over objections lets publicity go on for the days that were left.
    /// </summary>
    /// <param name="verdict">Pass, return or reject.</param>
    /// <param name="amount">Grants less than stands.</param>
    /// <param name="note">In the authority's words.</param>
    /// <param name="rules">Of the pinned version.</param>
    /// <param name="by">Who and when.</param>
    /// <exception cref="RuleException">
    /// <c>application.not_submitted</c>, <c>application.in_publicity</c>, <c>application.objected</c> for a return,
    /// <c>application.decided</c>, <c>application.returns</c> or <c>grant.exceeds</c>.
    /// </exception>
    public void Decide(ApplicationVerdict verdict, Money? amount, string? note, ProgrammeRules rules, Decider by)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(by);
        DemandDecidable(verdict);
        if (amount > Granted)
        {
            throw ApplicationErrors.GrantExceeds(amount.Value, Granted);
        }

        Granted = amount ?? Granted;
        Decisions.Add(new()
        {
            Id = Id<ApplicationDecision>.New(by.At),
            ApplicationId = Id,
            Step = NextStep(rules),
            Verdict = verdict,
            Amount = verdict == ApplicationVerdict.Pass ? Granted : null,
            Note = note,
            Actor = by.Actor,
            At = by.At,
        });
        switch (verdict)
        {
            case ApplicationVerdict.Return:
                Status = ApplicationStatus.Returned;
                break;
            case ApplicationVerdict.Reject:
                (Status, PublicUntil, DaysLeft) = (ApplicationStatus.Rejected, null, null);
                break;
            default:
                Pass(rules, by);
                break;
        }

        Version++;
    }

    /// <summary>Stops publicity until the authority decides.</summary>
    /// <exception cref="RuleException"><c>application.not_public</c>, <c>objection.own</c>, <c>objection.exists</c> or <c>objection.limit</c>.</exception>
    public void Object(Id<Organization> by, string reason, ProgrammeRules rules, DateTimeOffset now, DateOnly today, WorkingCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(calendar);
        if (!IsPublicOn(today))
        {
            throw ApplicationErrors.NotPublic();
        }

        if (by == OrganizationId)
        {
            throw ApplicationErrors.OwnObjection();
        }

        if (Objections.Any(objection => objection.OrganizationId == by))
        {
            throw ApplicationErrors.ObjectionExists();
        }

        if (Objections.Count >= MaxObjections)
        {
            throw ApplicationErrors.ObjectionLimit();
        }

        Objections.Add(new() { Id = Id<ApplicationObjection>.New(now), ApplicationId = Id, OrganizationId = by, Reason = reason, At = now });
        if (Status == ApplicationStatus.Publicity)
        {
            // The day of the objection isn't over, so it is left too.
            var first = today > PublicSince ? today : PublicSince!.Value.AddDays(1);
            DaysLeft = calendar.Count(first, PublicUntil!.Value, rules.PublicityCalendar ?? PublicityCalendar.Calendar);
            (Status, PublicUntil) = (ApplicationStatus.Objected, null);
        }

        Version++;
    }

    /// <summary>Whether anybody may read and object to it on a day: in publicity until its last day is over, and while it stands still.</summary>
    public bool IsPublicOn(DateOnly today) => Status == ApplicationStatus.Objected || (Status == ApplicationStatus.Publicity && today <= PublicUntil);

    /// <summary>Whether nothing but its voucher is missing: every step passed, and no day of publicity left.</summary>
    public bool IsReady(ProgrammeRules rules, DateOnly today) => Status switch
    {
        ApplicationStatus.Submitted => StepsPassed == StepsOf(rules).Count,
        ApplicationStatus.Publicity => today > PublicUntil,
        _ => false,
    };

    /// <summary>Its voucher was issued.</summary>
    /// <exception cref="RuleException">See <see cref="DemandReady"/>.</exception>
    public void Approve(Id<Voucher> voucher, ProgrammeRules rules, DateOnly today)
    {
        DemandReady(rules, today);
        (Status, VoucherId) = (ApplicationStatus.Approved, voucher);
        Version++;
    }

    /// <summary>Its voucher was refused: the budget is used up, or a rule that held at submission no longer does.</summary>
    /// <exception cref="RuleException">See <see cref="DemandReady"/>.</exception>
    public void RejectFor(string code, ProgrammeRules rules, DateOnly today)
    {
        DemandReady(rules, today);
        (Status, RejectedFor) = (ApplicationStatus.Rejected, code);
        Version++;
    }

    /// <exception cref="RuleException">
    /// <c>application.not_submitted</c>, <c>application.in_review</c>, <c>application.in_publicity</c>, <c>application.objected</c>
    /// or <c>application.decided</c>.
    /// </exception>
    public void DemandReady(ProgrammeRules rules, DateOnly today)
    {
        if (!IsReady(rules, today))
        {
            throw Status switch
            {
                ApplicationStatus.Draft or ApplicationStatus.Returned => ApplicationErrors.NotSubmitted(),
                ApplicationStatus.Submitted => ApplicationErrors.InReview(),
                ApplicationStatus.Publicity => ApplicationErrors.InPublicity(PublicUntil!.Value),
                ApplicationStatus.Objected => ApplicationErrors.Objected(),
                _ => ApplicationErrors.Decided(),
            };
        }
    }

    private void Pass(ProgrammeRules rules, Decider by)
    {
        var days = DaysLeft;
        if (Status == ApplicationStatus.Submitted)
        {
            StepsPassed++;
            days = StepsPassed == StepsOf(rules).Count ? rules.PublicityDays : null;
        }

        if (days > 0)
        {
            (Status, DaysLeft, PublicSince) = (ApplicationStatus.Publicity, null, by.Today);
            PublicUntil = by.Calendar.After(by.Today, days.Value, rules.PublicityCalendar ?? PublicityCalendar.Calendar);
        }
    }

    private void DemandApplicants()
    {
        switch (Status)
        {
            case ApplicationStatus.Draft or ApplicationStatus.Returned:
                return;
            case ApplicationStatus.Approved or ApplicationStatus.Rejected:
                throw ApplicationErrors.Decided();
            default:
                throw ApplicationErrors.Submitted();
        }
    }

    private void DemandDecidable(ApplicationVerdict verdict)
    {
        switch (Status)
        {
            case ApplicationStatus.Draft or ApplicationStatus.Returned:
                throw ApplicationErrors.NotSubmitted();
            case ApplicationStatus.Publicity:
                throw ApplicationErrors.InPublicity(PublicUntil!.Value);
            case ApplicationStatus.Objected when verdict == ApplicationVerdict.Return:
                throw ApplicationErrors.Objected();
            case ApplicationStatus.Approved or ApplicationStatus.Rejected:
                throw ApplicationErrors.Decided();
            default:
                break;
        }

        if (verdict == ApplicationVerdict.Return && Decisions.Count(decision => decision.Verdict == ApplicationVerdict.Return) >= MaxReturns)
        {
            throw ApplicationErrors.ReturnedTooOften();
        }
    }
}
