using System.Text.Json.Serialization;

namespace Marketplace.Agent;

/// <summary>Which share of a card a leg has, and when; as the API tells it.</summary>
internal sealed record LegCard(int Card, int Milli, DateTimeOffset From, DateTimeOffset To);

/// <summary>A leg that has cards of this node.</summary>
internal sealed record NodeLeg(string Id, IReadOnlyList<LegCard> Cards);

internal sealed record ReadingData(
    DateTimeOffset From, DateTimeOffset To, int Card, int Milli, string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? BusySeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? EnergyWh,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? InputTokens = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? OutputTokens = null);

/// <summary>A reading as the API takes it: a CloudEvent 1.0.</summary>
internal sealed record Reading(string Id, string Source, string Subject, DateTimeOffset Time, ReadingData Data)
{
    public string Specversion { get; } = "1.0";

    public string Type { get; } = "marketplace.usage";
}

/// <summary>
/// Makes readings of samples. A sample stands for the time since the one before it, so that the intervals of a card follow each
/// other without a gap or an overlap, also over a restart; where that is longer than <c>MaxGap</c>, nobody looked, and there is
/// no reading. What a reading is called follows from what it is of: made again, it is the same one.
/// </summary>
internal static class Readings
{
    private const int SecondsPerHour = 3600;

    public static IEnumerable<Reading> Of(SpooledSample spooled, IReadOnlyList<NodeLeg> legs, string source, TimeSpan maxGap)
    {
        var sample = spooled.Sample;
        if (spooled.Before is not { } before || sample.At <= before.At || sample.At - before.At > maxGap)
        {
            return [];
        }

        var (states, statesBefore) = (sample.Cards.ToDictionary(card => card.Index), before.Cards.ToDictionary(card => card.Index));
        return
            from leg in legs
            from card in leg.Cards
            let @from = card.From > before.At ? card.From : before.At
            let to = card.To < sample.At ? card.To : sample.At
            where @from < to
            let state = states.GetValueOrDefault(card.Card)
            let reading = Make(leg.Id, card, state, @from, to, source)
            select statesBefore.GetValueOrDefault(card.Card) is { } stateBefore && reading.Data is { Status: "up", Milli: 1000 }
                ? WithTokens(reading, stateBefore, state!, sample.At - before.At)
                : reading;
    }

    /// <summary>A card that didn't answer, or isn't well, was not its buyer's to use.</summary>
    private static Reading Make(string leg, LegCard card, CardState? state, DateTimeOffset from, DateTimeOffset to, string source)
    {
        var seconds = (long)(to - from).TotalSeconds;
        var up = state is { Healthy: true };
        long? busy = up && state!.Busy is { } percent ? (long)(percent * seconds / 100) : null;

        // The power of a card that several legs share is shared as the card is.
        decimal? energy = state?.Watts is { } watts ? decimal.Floor(watts * seconds * card.Milli / SecondsPerHour) / 1000 : null;
        return new($"{leg}.{card.Card}.{from.ToUnixTimeSeconds()}", source, leg, to, new(from, to, card.Card, card.Milli, up ? "up" : "down", busy, energy));
    }

    /// <summary>
    /// What was served between two samples, by the seconds that are this leg's. Of a card that several legs share nobody can tell
    /// whose tokens they were.
    /// </summary>
    private static Reading WithTokens(Reading reading, CardState before, CardState state, TimeSpan between)
    {
        long? Share(long? first, long? last) => first is null || last is null
            ? null
            : (long)((Int128)(last >= first ? last - first : last).Value * (long)(reading.Data.To - reading.Data.From).TotalSeconds / (long)between.TotalSeconds);
        return reading with { Data = reading.Data with { InputTokens = Share(before.InputTokens, state.InputTokens), OutputTokens = Share(before.OutputTokens, state.OutputTokens) } };
    }
}
