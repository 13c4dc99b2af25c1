using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

/// <summary>
/// The chart of accounts; the folder's README says what each means and which side it normally stands on. An account with
/// a party is kept per organization, one of a voucher asset per voucher.
/// </summary>
public static class Accounts
{
    public const string CustodyCash = "custody.cash";
    public const string PlatformCash = "platform.cash";
    public const string BuyerDeposit = "buyer.deposit";
    public const string BuyerHeld = "buyer.held";
    public const string BuyerReceivable = "buyer.receivable";

    public static (string, Guid?) Custody => (CustodyCash, null);

    public static (string, Guid?) Deposit(Id<Organization> buyer) => (BuyerDeposit, buyer.Value);

    public static (string, Guid?) Held(Id<Organization> buyer) => (BuyerHeld, buyer.Value);

    public static (string, Guid?) Receivable(Id<Organization> buyer) => (BuyerReceivable, buyer.Value);
}
