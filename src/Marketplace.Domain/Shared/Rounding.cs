namespace Marketplace.Domain.Shared;

/// <summary>Division of 128-bit products, rounded once. Nothing else in the product rounds.</summary>
public static class Rounding
{
    /// <summary>
    /// <paramref name="dividend"/> ÷ <paramref name="divisor"/>, half away from zero (四舍五入).
    /// </summary>
    /// <exception cref="OverflowException">The result doesn't fit 64 bits.</exception>
    public static long HalfAwayFromZero(Int128 dividend, Int128 divisor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(divisor, Int128.Zero);
        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        if (Int128.Abs(remainder) * 2 >= divisor)
        {
            quotient += Int128.Sign(dividend);
        }

        return checked((long)quotient);
    }

    /// <summary><paramref name="dividend"/> ÷ <paramref name="divisor"/>, towards zero.</summary>
    /// <exception cref="OverflowException">The result doesn't fit 64 bits.</exception>
    public static long Down(Int128 dividend, Int128 divisor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(divisor, Int128.Zero);
        return checked((long)(dividend / divisor));
    }
}
