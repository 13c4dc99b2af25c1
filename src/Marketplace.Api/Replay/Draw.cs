namespace Marketplace.Api.Replay;

/// <summary>
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014: the same draws from the same seed on every
/// machine and in every version of .NET.
/// </summary>
internal sealed class Draw(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from one to another, both of them possible.</summary>
    public int Between(int least, int most) => least + (int)(((UInt128)Next() * (ulong)(most - least + 1)) >> 64);

    public T Pick<T>(IReadOnlyList<T> items) => items[Between(0, items.Count - 1)];

    /// <summary>True in so many cases of a hundred.</summary>
    public bool Chance(int percent) => Between(1, 100) <= percent;

    /// <summary>Fisher and Yates, from the end.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var other = Between(0, i);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
