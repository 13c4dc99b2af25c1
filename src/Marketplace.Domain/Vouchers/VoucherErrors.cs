using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

public static class VoucherErrors
{
    /// <summary>The year's budget, less what was issued of it, is smaller than the face.</summary>
    public static RuleException Exhausted(string programme, Money wanted, Money left) =>
        new(Refusal.Rule, "programme.exhausted", $"{wanted} is wanted of programme {programme}, {left} of its budget is left.");

    public static RuleException NotIssued(Money wanted, Money issued) =>
        new(Refusal.Conflict, "budget.not_issued", $"{wanted} can't go back to the budget: {issued} was issued of it.");

    public static RuleException Ineligible(string rule) =>
        new(Refusal.Rule, "applicant.ineligible", $"The programme's rule {rule} rules the applicant out.");

    public static RuleException CapExceeded(string rule) =>
        new(Refusal.Rule, "cap.exceeded", $"The amount passes the programme's {rule}.");

    public static RuleException BelowFloor(string rule) =>
        new(Refusal.Rule, "floor.not_reached", $"The amount is below the programme's {rule}.");

    /// <summary>Less is available than an order or an adjustment wants; somebody else may have been faster.</summary>
    public static RuleException Insufficient(Money wanted, Money available) =>
        new(Refusal.Conflict, "voucher.insufficient", $"{wanted} of the voucher is wanted, {available} is available.");

    public static RuleException NotHeld(Money wanted, Money held) =>
        new(Refusal.Conflict, "voucher.not_held", $"{wanted} of the voucher is to be captured or released, {held} is held.");

    public static RuleException NotRedeemed(Money wanted, Money redeemed) =>
        new(Refusal.Conflict, "voucher.not_redeemed", $"{wanted} of the voucher is to be taken back, {redeemed} was redeemed.");

    public static RuleException Expired(DateOnly expiresOn) =>
        new(Refusal.Conflict, "voucher.expired", $"The voucher's last day was {expiresOn:yyyy-MM-dd}.");

    public static RuleException NotExpired(DateOnly expiresOn) =>
        new(Refusal.Conflict, "voucher.not_expired", $"The voucher is good through {expiresOn:yyyy-MM-dd}.");

    public static RuleException Revoked() =>
        new(Refusal.Conflict, "voucher.revoked", "The voucher was revoked before.");
}
