using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>How a plan differs from what was asked for.</summary>
public enum Compromise
{
    /// <summary>The same, at a later start.</summary>
    Later,

    /// <summary>The same hours, over more centres, regions or nodes than were allowed.</summary>
    Spread,

    /// <summary>The same hours, on cards of another model that is at least as fast, or on several models.</summary>
    OtherModel,
}

/// <summary>A plan that would work for a demand changed a little.</summary>
public sealed record Alternative(Compromise Compromise, Demand Demand, Plan Plan);

/// <summary>Looks for the plans nearest to a demand that can't be met: at most one of each <see cref="Compromise"/>.</summary>
public sealed class Alternatives(Matcher matcher)
{
    /// <summary>How much later a start may be.</summary>
    public const int MaxHoursLater = 30 * 24;

    public IReadOnlyList<Alternative> Find(Demand demand, CapacityIndex capacity, BuyerView buyer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(capacity);
        return [.. new[]
        {
            FirstOf(Compromise.Later, Later(demand, now)),
            FirstOf(Compromise.Spread, Spread(demand)),
            FirstOf(Compromise.OtherModel, OtherModels(demand, capacity)),
        }.OfType<Alternative>()];

        Alternative? FirstOf(Compromise compromise, IEnumerable<Demand> changed) => changed
            .Select(other => matcher.TryMatch(other, capacity, buyer, now) is { } plan ? new Alternative(compromise, other, plan) : null)
            .FirstOrDefault(alternative => alternative is not null);
    }

    private static IEnumerable<Demand> Later(Demand demand, DateTimeOffset now)
    {
        var lastStart = Hour.Max(demand.Window.To - demand.Hours, Hour.AtOrAfter(now) - 1);
        yield return demand with { Urgency = Urgency.User, Window = new(lastStart + 1, lastStart + MaxHoursLater + demand.Hours) };
    }

    /// <summary>One constraint on the place after the other is given up, the least first.</summary>
    private static IEnumerable<Demand> Spread(Demand demand)
    {
        var wider = demand;
        foreach (var give in (Func<Demand, Demand>[])[d => d with { SameCenter = false }, d => d with { Regions = [] }, d => d with { CardsPerNode = null }])
        {
            if (give(wider) is var next && next != wider)
            {
                yield return wider = next;
            }
        }
    }

    private static IEnumerable<Demand> OtherModels(Demand demand, CapacityIndex capacity)
    {
        // Of one model there is nothing to mix.
        if (!demand.MixModels && demand.Accelerators.Count != 1)
        {
            yield return demand with { MixModels = true };
        }

        var asked = demand.Accelerators.Select(model => capacity.Catalogue.GetValueOrDefault(model)).OfType<Accelerator>().ToList();
        if (asked.Count > 0)
        {
            yield return demand with
            {
                Accelerators = [],
                MinFp16Tflops = Math.Max(demand.MinFp16Tflops ?? 0, asked.Min(accelerator => accelerator.Fp16Tflops)),
                MinMemoryGiB = Math.Max(demand.MinMemoryGiB ?? 0, asked.Min(accelerator => accelerator.MemoryGiB)),
            };
        }
    }
}
