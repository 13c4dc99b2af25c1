using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>Where a part of a voucher's face stands. Each is a ledger balance as well.</summary>
public enum VoucherBalance
{
    Available,
    Held,
    Redeemed,
    Expired,
    Revoked,
}

/// <summary>A voucher's state in one word; the balances say more.</summary>
public enum VoucherStatus
{
    /// <summary>Nothing of it was used.</summary>
    Issued,

    /// <summary>Orders hold some of it.</summary>
    Held,

    /// <summary>Some of it paid for something, some is available.</summary>
    PartlyRedeemed,

    /// <summary>Nothing is available or held any more.</summary>
    Redeemed,

    /// <summary>Its last day is over.</summary>
    Expired,

    /// <summary>The authority took it back, or rejected all that it paid for.</summary>
    Revoked,
}

/// <summary>
/// What one enterprise was granted by one programme. All of its face always stands in one of five balances, and every
/// method moves an amount from one to another; what isn't allowed throws and moves nothing.
/// </summary>
public sealed class Voucher : IVersioned
{
    private Voucher()
    {
    }

    public required Id<Voucher> Id { get; init; }
    public required string ProgrammeCode { get; init; }

    /// <summary>The version of the rules that it was issued under; an order uses that in force when it is placed.</summary>
    public required int VersionNumber { get; init; }

    public required Id<Organization> OrganizationId { get; init; }
    public required Money Face { get; init; }

    /// <summary>What a new order may hold, while the voucher is good.</summary>
    public Money Available { get; private set; }

    /// <summary>Reserved by orders that aren't billed yet; the sum of the voucher's <see cref="VoucherHold"/>s.</summary>
    public Money Held { get; private set; }

    /// <summary>Its parts on invoices, less what came back and what was rejected.</summary>
    public Money Redeemed { get; private set; }

    public Money Expired { get; private set; }
    public Money Revoked { get; private set; }
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>The last local day on which it can be used; that day counts in full.</summary>
    public required DateOnly ExpiresOn { get; init; }

    /// <summary>The budget that it was issued of: a year, or <see cref="ProgrammeBudget.Undated"/>.</summary>
    public required int BudgetYear { get; init; }

    /// <summary>When what was available lapsed; null before.</summary>
    public DateTimeOffset? ExpiredAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }
    public long Version { get; set; }

    /// <summary>A new voucher, all of whose face is available.</summary>
    /// <param name="face">More than 0.</param>
    public static Voucher Issue(
        Id<Voucher> id, ProgrammeVersion version, Id<Organization> organizationId, Money face, DateTimeOffset issuedAt, DateOnly expiresOn,
        int budgetYear)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(face, Money.Zero);
        return new()
        {
            Id = id,
            ProgrammeCode = version.Code,
            VersionNumber = version.Number,
            OrganizationId = organizationId,
            Face = face,
            Available = face,
            IssuedAt = issuedAt,
            ExpiresOn = expiresOn,
            BudgetYear = budgetYear,
        };
    }

    public VoucherStatus StatusOn(DateOnly today) =>
        RevokedAt is not null ? VoucherStatus.Revoked
        : Held.IsPositive ? VoucherStatus.Held
        : Available.IsZero && Expired.IsZero ? (Redeemed.IsPositive ? VoucherStatus.Redeemed : VoucherStatus.Revoked)
        : today > ExpiresOn ? VoucherStatus.Expired
        : Redeemed.IsPositive ? VoucherStatus.PartlyRedeemed
        : VoucherStatus.Issued;

    /// <summary>An order reserves an amount: available → held.</summary>
    /// <exception cref="RuleException">
    /// <c>voucher.revoked</c>, <c>voucher.expired</c> or <c>voucher.insufficient</c>.
    /// </exception>
    public void Hold(Money amount, DateOnly today)
    {
        TakeAvailable(amount, today);
        Held += amount;
        Moved();
    }

    /// <summary>An invoice takes what an order held: held → redeemed. Neither expiry nor revocation keeps it from that.</summary>
    /// <exception cref="RuleException"><c>voucher.not_held</c>.</exception>
    public void Capture(Money amount)
    {
        TakeHeld(amount);
        Redeemed += amount;
        Moved();
    }

    /// <summary>A late adjustment takes what no order held: available → redeemed.</summary>
    /// <exception cref="RuleException">
    /// <c>voucher.revoked</c>, <c>voucher.expired</c> or <c>voucher.insufficient</c>.
    /// </exception>
    public void CaptureAvailable(Money amount, DateOnly today)
    {
        TakeAvailable(amount, today);
        Redeemed += amount;
        Moved();
    }

    /// <summary>An order no longer needs what it held: held → available, or to where the voucher went meanwhile.</summary>
    /// <returns>The balance that it went to: available, expired or revoked.</returns>
    /// <exception cref="RuleException"><c>voucher.not_held</c>.</exception>
    public VoucherBalance Release(Money amount, DateOnly today)
    {
        TakeHeld(amount);
        return GiveBack(amount, today);
    }

    /// <summary>A credit note gives back what an invoice took: redeemed → available, or to where the voucher went meanwhile.</summary>
    /// <returns>The balance that it went to: available, expired or revoked.</returns>
    /// <exception cref="RuleException"><c>voucher.not_redeemed</c>.</exception>
    public VoucherBalance Return(Money amount, DateOnly today)
    {
        TakeRedeemed(amount);
        return GiveBack(amount, today);
    }

    /// <summary>
    /// The authority doesn't pay a claim: redeemed → revoked, or where the decision restores it, back as by a credit note.
    /// </summary>
    /// <returns>The balance that it went to: available, expired or revoked.</returns>
    /// <exception cref="RuleException"><c>voucher.not_redeemed</c>.</exception>
    public VoucherBalance RejectRedemption(Money amount, bool restore, DateOnly today)
    {
        TakeRedeemed(amount);
        if (restore)
        {
            return GiveBack(amount, today);
        }

        Revoked += amount;
        Moved();
        return VoucherBalance.Revoked;
    }

    /// <summary>The last day is over: available → expired. What orders hold stays theirs.</summary>
    /// <returns>What expired, which may be nothing.</returns>
    /// <exception cref="RuleException">
    /// <c>voucher.not_expired</c>: the last day isn't over; <c>voucher.expired</c>, <c>voucher.revoked</c>: it is done already.
    /// </exception>
    public Money Expire(DateOnly today, DateTimeOffset now)
    {
        if (RevokedAt is not null)
        {
            throw VoucherErrors.Revoked();
        }

        if (ExpiredAt is not null)
        {
            throw VoucherErrors.Expired(ExpiresOn);
        }

        if (today <= ExpiresOn)
        {
            throw VoucherErrors.NotExpired(ExpiresOn);
        }

        var amount = Available;
        (Available, Expired, ExpiredAt) = (Money.Zero, Expired + amount, now);
        Moved();
        return amount;
    }

    /// <summary>The authority takes the voucher back: available → revoked. What orders hold stays theirs until captured or released.</summary>
    /// <returns>What was revoked, which may be nothing.</returns>
    /// <exception cref="RuleException"><c>voucher.revoked</c>: it was before.</exception>
    public Money Revoke(DateTimeOffset now)
    {
        if (RevokedAt is not null)
        {
            throw VoucherErrors.Revoked();
        }

        var amount = Available;
        (Available, Revoked, RevokedAt) = (Money.Zero, Revoked + amount, now);
        Moved();
        return amount;
    }

    private void TakeAvailable(Money amount, DateOnly today)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        if (RevokedAt is not null)
        {
            throw VoucherErrors.Revoked();
        }

        if (today > ExpiresOn)
        {
            throw VoucherErrors.Expired(ExpiresOn);
        }

        Available = amount <= Available ? Available - amount : throw VoucherErrors.Insufficient(amount, Available);
    }

    private void TakeHeld(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        Held = amount <= Held ? Held - amount : throw VoucherErrors.NotHeld(amount, Held);
    }

    private void TakeRedeemed(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        Redeemed = amount <= Redeemed ? Redeemed - amount : throw VoucherErrors.NotRedeemed(amount, Redeemed);
    }

    private VoucherBalance GiveBack(Money amount, DateOnly today)
    {
        if (RevokedAt is not null)
        {
            Revoked += amount;
            Moved();
            return VoucherBalance.Revoked;
        }

        // The job that lets vouchers lapse may not have come by yet; what is given back after the last day has lapsed all the same.
        if (today > ExpiresOn)
        {
            Expired += amount;
            Moved();
            return VoucherBalance.Expired;
        }

        Available += amount;
        Moved();
        return VoucherBalance.Available;
    }

    private void Moved()
    {
        var whole = Available + Held + Redeemed + Expired + Revoked;
        if (whole != Face || Available.IsNegative || Held.IsNegative || Redeemed.IsNegative || Expired.IsNegative || Revoked.IsNegative)
        {
            throw new InvalidOperationException($"Voucher {Id}: its balances make {whole}, its face is {Face}.");
        }

        Version++;
    }
}

/// <summary>
/// What an order holds of a voucher for one of its legs. By leg, so that each seller's invoice captures its own without
/// waiting for another's.
/// </summary>
public sealed class VoucherHold : IVersioned
{
    private VoucherHold()
    {
    }

    public required Id<Voucher> VoucherId { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required Id<Leg> LegId { get; init; }

    /// <summary>What the order held when it was placed.</summary>
    public required Money Amount { get; init; }

    /// <summary>What the voucher had available before that: billing keeps to the order of use that the order was placed with.</summary>
    public required Money AvailableBefore { get; init; }

    /// <summary>What is neither captured nor released yet.</summary>
    public Money Left { get; private set; }

    public long Version { get; set; }

    /// <summary>
    /// What of it stands for the price of each month of use, what invoices took for it included. Less of it stands where hours fall away
    /// or are resold.
    /// </summary>
    public IReadOnlyList<HeldShare> Shares { get; private set; } = [];

    /// <param name="shares">What of it is held for each month; their sum is all of it.</param>
    public static VoucherHold Of(Id<Voucher> voucherId, Id<Order> orderId, Id<Leg> legId, IReadOnlyList<HeldShare> shares, Money availableBefore)
    {
        var amount = shares.Sum(share => share.Amount);
        return new()
        {
            VoucherId = voucherId,
            OrderId = orderId,
            LegId = legId,
            Amount = amount,
            AvailableBefore = availableBefore,
            Left = amount,
            Shares = shares,
        };
    }

    /// <summary>
    /// Takes off what stood for a part of a month's price; at most what is left. What stays is rounded up: rather a fen too much held
    /// than too little captured.
    /// </summary>
    /// <param name="month">The month of use.</param>
    /// <param name="part">What no voucher pays any more of its price, from 0 to <paramref name="whole"/>.</param>
    /// <param name="whole">The price that the month's share stood for up to now.</param>
    /// <returns>What was taken off what is left.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part is more than the whole.</exception>
    public Money TakeShare(Period month, Money part, Money whole)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, whole);
        var held = Shares.Where(share => share.Month == month).Sum(share => share.Amount);
        if (held.IsZero || part.IsZero)
        {
            return Money.Zero;
        }

        var gone = new Money((long)((Int128)held.Fen * part.Fen / whole.Fen));
        Shares = [.. Shares.Where(share => share.Month != month), new(month, held - gone)];
        var amount = Money.Min(Left, gone);
        Take(amount);
        return amount;
    }

    /// <summary>Takes an amount off what is left, captured or released.</summary>
    /// <exception cref="RuleException"><c>voucher.not_held</c>.</exception>
    public void Take(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        Left = amount <= Left ? Left - amount : throw VoucherErrors.NotHeld(amount, Left);
        Version++;
    }
}

/// <summary>What of a hold stands for hours of one month.</summary>
public sealed record HeldShare(Period Month, Money Amount);
