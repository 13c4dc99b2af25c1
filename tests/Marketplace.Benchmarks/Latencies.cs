namespace Marketplace.Benchmarks;

/// <summary>How long things took, in milliseconds.</summary>
internal sealed class Latencies
{
    private readonly List<double> _all = [];

    public int Count => _all.Count;

    public void Add(TimeSpan took) => _all.Add(took.TotalMilliseconds);

    public void AddRange(Latencies others) => _all.AddRange(others._all);

    /// <summary>The least that so many per cent of them don't exceed; 0 where there are none.</summary>
    public double Percentile(double percent)
    {
        if (_all.Count == 0)
        {
            return 0;
        }

        _all.Sort();
        return _all[Math.Clamp((int)Math.Ceiling(percent / 100 * _all.Count) - 1, 0, _all.Count - 1)];
    }

    public object Report() => new
    {
        count = Count,
        p50Ms = Rounded(Percentile(50)),
        p99Ms = Rounded(Percentile(99)),
        maxMs = Rounded(Percentile(100)),
    };

    private static double Rounded(double milliseconds) => Math.Round(milliseconds, 3);
}
