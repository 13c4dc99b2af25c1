using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Domain.Ledger;

/// <summary>
/// The chart of accounts; the folder's README says what each means and which side it normally stands on. An account of CNY
/// that has a party is kept per organization, one of a voucher asset per voucher.
/// </summary>
public static class Accounts
{
    public const string CustodyCash = "custody.cash";
    public const string PlatformCash = "platform.cash";
    public const string PlatformCommission = "platform.commission";
    public const string BuyerDeposit = "buyer.deposit";
    public const string BuyerHeld = "buyer.held";
    public const string BuyerReceivable = "buyer.receivable";
    public const string SellerUnsettled = "seller.unsettled";
    public const string SellerPayable = "seller.payable";
    public const string SellerProgrammeDue = "seller.programme_due";
    public const string AuthorityReceivable = "authority.receivable";
    public const string VoucherIssued = "voucher.issued";
    public const string VoucherAvailable = "voucher.available";
    public const string VoucherHeld = "voucher.held";
    public const string VoucherRedeemed = "voucher.redeemed";
    public const string VoucherClaimed = "voucher.claimed";
    public const string VoucherPaid = "voucher.paid";
    public const string VoucherExpired = "voucher.expired";
    public const string VoucherRevoked = "voucher.revoked";
    private const string FunderPaidPrefix = "funder.paid/";

    public static (string, Guid?) Custody => (CustodyCash, null);

    public static (string, Guid?) Platform => (PlatformCash, null);

    public static (string, Guid?) Commission => (PlatformCommission, null);

    /// <summary>What the funders of a programme bore together, against what each did.</summary>
    public static (string Account, Guid? Party) ProgrammeFunded => ("programme.funded", null);

    /// <summary>What one of them bore, by its name in the rules.</summary>
    public static (string Account, Guid? Party) FunderPaid(string name) => (FunderPaidPrefix + name, null);

    /// <summary>The funder whose account it is, or null.</summary>
    public static string? FunderOf(string account) =>
        account.StartsWith(FunderPaidPrefix, StringComparison.Ordinal) ? account[FunderPaidPrefix.Length..] : null;

    public static (string, Guid?) Of(string account, Id<Organization> party) => (account, party.Value);

    public static (string, Guid?) Of(string account, Id<Voucher> voucher) => (account, voucher.Value);

    public static (string, Guid?) Deposit(Id<Organization> buyer) => Of(BuyerDeposit, buyer);

    public static (string, Guid?) Held(Id<Organization> buyer) => Of(BuyerHeld, buyer);

    public static (string, Guid?) Receivable(Id<Organization> buyer) => Of(BuyerReceivable, buyer);
}
