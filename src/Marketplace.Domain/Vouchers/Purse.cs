using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>
/// Vouchers of one programme that may pay the same lines, in order of use. Finding the next one that still has something
/// takes practically no time however many are used up: each points past those that are, and the pointers are shortened as
/// they are followed.
/// </summary>
internal sealed class Purse
{
    private readonly SpendableVoucher[] _vouchers;
    private readonly int[] _ranks;
    private readonly Money[] _left;
    private readonly int[] _next;
    private readonly Money _unit;

    /// <param name="vouchers">In order of use, with the place of each among the vouchers of all programmes.</param>
    /// <param name="unit">What less than counts as nothing.</param>
    public Purse(IReadOnlyList<(SpendableVoucher Voucher, int Rank)> vouchers, Money unit)
    {
        _vouchers = [.. vouchers.Select(v => v.Voucher)];
        _ranks = [.. vouchers.Select(v => v.Rank)];
        _left = [.. vouchers.Select(v => v.Voucher.Limit)];
        _next = [.. Enumerable.Range(0, vouchers.Count + 1)];
        _unit = unit;
        for (var i = 0; i < _left.Length; i++)
        {
            SkipIfUsedUp(i);
        }
    }

    private Purse(Purse other) =>
        (_vouchers, _ranks, _left, _next, _unit) = (other._vouchers, other._ranks, [.. other._left], [.. other._next], other._unit);

    public Purse Clone() => new(this);

    public SpendableVoucher this[int i] => _vouchers[i];

    /// <summary>The place of a voucher of this purse among those of all programmes.</summary>
    public int Rank(int i) => _ranks[i];

    public Money Left(int i) => _left[i];

    /// <summary>The first voucher in order of use that has something left and is good through a day, or null.</summary>
    public int? First(DateOnly goodThrough)
    {
        var i = Next(FirstGoodThrough(goodThrough));
        return i < _vouchers.Length ? i : null;
    }

    public void Take(int i, Money amount)
    {
        _left[i] -= amount;
        SkipIfUsedUp(i);
    }

    private void SkipIfUsedUp(int i)
    {
        if (_left[i] < _unit)
        {
            _next[i] = i + 1;
        }
    }

    /// <summary>Vouchers of one programme stand by expiry, so those that are good long enough are the last ones.</summary>
    private int FirstGoodThrough(DateOnly day)
    {
        var (low, high) = (0, _vouchers.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _vouchers[middle].ExpiresOn < day ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private int Next(int i)
    {
        var found = i;
        while (_next[found] != found)
        {
            found = _next[found];
        }

        while (_next[i] != found)
        {
            (i, _next[i]) = (_next[i], found);
        }

        return found;
    }
}
