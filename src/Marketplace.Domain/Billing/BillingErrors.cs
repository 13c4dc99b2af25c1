using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

public static class BillingErrors
{
    public static RuleException Overpaid(Money outstanding) =>
        new(Refusal.Rule, "invoice.overpaid", $"Only {Money.Max(outstanding, Money.Zero)} is outstanding.");

    public static RuleException TaxNumberSet() =>
        new(Refusal.Conflict, "invoice.tax_number", "The invoice has another tax number already.");

    public static RuleException CreditExceeds(Id<InvoiceLine> line, Money left) =>
        new(Refusal.Rule, "credit_note.exceeds", $"Only {left} is left of line {line}.");

    public static RuleException CreditNotWhole() =>
        new(Refusal.Rule, "credit_note.not_whole", "Reason 1 reverses the whole invoice: every line, with all that is left of it.");

    public static RuleException NothingToCredit() =>
        new(Refusal.Conflict, "credit_note.nothing_left", "Nothing is left of the invoice: all of it was credited before.");

    public static RuleException SettlementPaid() =>
        new(Refusal.Conflict, "settlement.paid", "The settlement was paid before.");

    public static RuleException SettlementReference(string reference) =>
        new(Refusal.Conflict, "settlement.reference", $"The reference {reference} stands for another payment of this seller.");

    public static RuleException NothingDue() =>
        new(Refusal.Conflict, "settlement.nothing_due", "Nothing of the programmes' part can be paid out yet: no authority paid for it, or all of it was paid before.");

    public static RuleException BillingIncomplete(IReadOnlyCollection<string> failures) =>
        new(Refusal.Conflict, "billing.incomplete", $"Not billed, and tried again by the next run: {string.Join("; ", failures)}.");

    public static RuleException PeriodOpen(Period period) =>
        new(Refusal.Rule, "period.open", $"Period {period} isn't over.");

    public static RuleException NotSettled(Period period) =>
        new(Refusal.Conflict, "period.not_settled", $"Period {period} isn't settled yet.");

    public static RuleException EarlierPeriodOpen(Period period) =>
        new(Refusal.Conflict, "period.earlier_open", $"Period {period} has to be billed before.");

    public static RuleException PaymentReferenceUsed(string reference) =>
        new(Refusal.Conflict, "payment.reference", $"The reference {reference} stands for another payment.");
}
