using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

public static class ApplicationErrors
{
    public static RuleException DeclarationMissing(IEnumerable<string> names) =>
        new(Refusal.Rule, "declaration.missing", $"An applicant has to declare {string.Join(", ", names)}.");

    public static RuleException GrantExceeds(Money wanted, Money stands) =>
        new(Refusal.Rule, "grant.exceeds", $"{wanted} can't be granted: {stands} was applied for, or granted at the step before.");

    public static RuleException Step(string next) =>
        new(Refusal.Conflict, "application.step", $"The application waits for another decision: {next}.");

    public static RuleException NotSubmitted() =>
        new(Refusal.Conflict, "application.not_submitted", "The application is with its applicant, and isn't submitted.");

    public static RuleException Submitted() =>
        new(Refusal.Conflict, "application.submitted", "The application was submitted, and isn't the applicant's to change.");

    public static RuleException InReview() =>
        new(Refusal.Conflict, "application.in_review", "A step of the application's review isn't decided yet.");

    public static RuleException InPublicity(DateOnly until) =>
        new(Refusal.Conflict, "application.in_publicity", $"The application is on public notice through {until:yyyy-MM-dd}.");

    public static RuleException Objected() =>
        new(Refusal.Conflict, "application.objected", "Objections to the application are to be decided, by passing or rejecting it.");

    public static RuleException Decided() =>
        new(Refusal.Conflict, "application.decided", "The application was approved or rejected before.");

    public static RuleException ReturnedTooOften() =>
        new(Refusal.Conflict, "application.returns", $"The application was returned {VoucherApplication.MaxReturns} times: it passes or is rejected.");

    public static RuleException NotPublic() =>
        new(Refusal.Conflict, "application.not_public", "The application isn't on public notice.");

    public static RuleException OwnObjection() =>
        new(Refusal.Rule, "objection.own", "An applicant can't object to its own application.");

    public static RuleException ObjectionExists() =>
        new(Refusal.Conflict, "objection.exists", "The organization objected to this application before.");

    public static RuleException ObjectionLimit() =>
        new(Refusal.Conflict, "objection.limit", $"The application has {VoucherApplication.MaxObjections} objections already.");
}
