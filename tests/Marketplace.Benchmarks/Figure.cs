namespace Marketplace.Benchmarks;

/// <summary>One thing that was measured, and what it is held against.</summary>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="Unit">Empty for a mere number.</param>
internal sealed record Figure(string Name, double Value, string Unit)
{
    /// <summary>What bounds it on this machine, from the same run.</summary>
    public Limit? Limit { get; init; }

    /// <summary>What it is to be; none where it only tells.</summary>
    public Goal? Goal { get; init; }

    /// <summary>The value in parts of the limit.</summary>
    public double? Ratio => Limit is { Value: > 0 } limit ? Value / limit.Value : null;

    /// <summary>Whether the goal is met; null where there is none.</summary>
    public bool? IsMet => Goal is not { } goal ? null : (goal.OfRatio ? Ratio : Value) is { } held && (goal.AtMost ? held <= goal.Bound : held >= goal.Bound);

    public Figure Against(string limit, double value) => this with { Limit = new(limit, value) };

    public Figure AtMost(double bound) => this with { Goal = new(bound, AtMost: true, OfRatio: false) };

    public Figure AtLeast(double bound) => this with { Goal = new(bound, AtMost: false, OfRatio: false) };

    public Figure RatioAtLeast(double bound) => this with { Goal = new(bound, AtMost: false, OfRatio: true) };
}

/// <param name="Value">In the unit of what it bounds.</param>
internal sealed record Limit(string Name, double Value);

/// <param name="OfRatio">Whether the ratio to the limit is to meet it, and not the value.</param>
internal sealed record Goal(double Bound, bool AtMost, bool OfRatio);
