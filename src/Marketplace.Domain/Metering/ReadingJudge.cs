using System.Security.Cryptography;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

public enum Verdict
{
    /// <summary>It counts from now on.</summary>
    Accepted,

    /// <summary>It was accepted before, with the same content.</summary>
    Duplicate,

    /// <summary>It was accepted before, with other content; what was accepted stands.</summary>
    Conflict,

    /// <summary>It isn't taken, for a reason.</summary>
    Rejected,
}

/// <summary>What became of one event of a batch.</summary>
public readonly record struct Judgement(Verdict Verdict, ReadingRefusal? Refusal = null);

/// <summary>
/// Gives each event of a batch its verdict, from the meters, the legs and the readings that are there already. It knows no
/// clock and no database, and changes nothing that it was given: what is to be changed stands in <see cref="Accepted"/>,
/// <see cref="Replaced"/>, <see cref="Versions"/> and <see cref="Changes"/> after <see cref="Judge"/>.
/// </summary>
/// <param name="now">The market's time.</param>
/// <param name="meters">The caller's meters by source; others are unknown.</param>
/// <param name="legs">The legs on nodes of the caller's; others are unknown.</param>
/// <param name="signer">The meter whose signature the batch carries, if it does.</param>
/// <param name="version">Which of a leg's versions the batch counts up; that of its usage where it isn't said.</param>
public sealed class ReadingJudge(
    DateTimeOffset now, IReadOnlyDictionary<string, Meter> meters, IReadOnlyDictionary<Id<Leg>, Leg> legs, Id<Meter>? signer, Func<Leg, long>? version = null)
{
    /// <summary>How long after its end a reading is taken.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromDays(90);

    private readonly Dictionary<(Id<Meter> Meter, string EventId), Reading> _known = [];
    private readonly Dictionary<Id<Leg>, StandingReadings> _standing = [];
    private readonly HashSet<Reading> _replacedNow = [];
    private readonly List<Reading> _accepted = [];
    private readonly List<Reading> _replaced = [];
    private readonly Dictionary<Id<Leg>, long> _versions = [];
    private readonly Dictionary<(Id<Leg> LegId, Hour Hour), UsageAmounts> _changes = [];

    public IReadOnlyList<Reading> Accepted => _accepted;

    /// <summary>Readings of earlier batches that don't count any more from the leg's new version on.</summary>
    public IReadOnlyList<Reading> Replaced => _replaced;

    /// <summary>The new usage version of each leg of which a reading was accepted: one more than before the batch.</summary>
    public IReadOnlyDictionary<Id<Leg>, long> Versions => _versions;

    /// <summary>What the batch adds to the usage of each hour, or takes away.</summary>
    public IReadOnlyDictionary<(Id<Leg> LegId, Hour Hour), UsageAmounts> Changes => _changes;

    /// <summary>
    /// Takes in a reading that was accepted before. Needed are those that the batch's events are or replace, and those that
    /// stand on its legs and touch its intervals; more don't matter.
    /// </summary>
    public void Know(Reading reading)
    {
        if (_known.TryAdd((reading.MeterId, reading.EventId), reading) && reading.Stands)
        {
            Standing(reading.LegId).Add(reading);
        }
    }

    /// <summary>
    /// Takes in what a leg's holder resold of it: those cards are metered on the leg that bought them, so that the leg has fewer
    /// in these hours.
    /// </summary>
    public void KnowResold(Leg bought)
    {
        ArgumentNullException.ThrowIfNull(bought);
        if (bought.ParentId is { } parent && bought.CancelledAt is null)
        {
            Standing(parent).Add(new()
            {
                MeterId = default,
                EventId = bought.Id.ToString(),
                LegId = parent,
                From = bought.From.Start,
                To = bought.To.Start,
                Cards = bought.Cards,
                Milli = bought.MilliPerCard,
                Status = ReadingStatus.Up,
                ContentHash = [],
                AcceptedAt = now,
                Attested = false,
                UsageVersion = 0,
            });
        }
    }

    /// <summary>Judges a batch, the events in their order but corrections after what they correct.</summary>
    /// <returns>The judgements in the order of the events.</returns>
    public IReadOnlyList<Judgement> Judge(IReadOnlyList<UsageEvent> events)
    {
        var judgements = new Judgement[events.Count];
        foreach (var index in CorrectionsLast(events))
        {
            judgements[index] = Judge(events[index]);
        }

        return judgements;
    }

    /// <summary>The order in which an event comes after the one that it replaces, if that is of the same batch.</summary>
    private static IEnumerable<int> CorrectionsLast(IReadOnlyList<UsageEvent> events)
    {
        if (events.All(sent => sent.Replaces is null))
        {
            return Enumerable.Range(0, events.Count);
        }

        var first = new Dictionary<(string Source, string EventId), int>();
        for (var i = 0; i < events.Count; i++)
        {
            first.TryAdd((events[i].Source, events[i].EventId), i);
        }

        var order = new List<int>(events.Count);
        var seen = new bool[events.Count];
        var chain = new Stack<int>();
        for (var i = 0; i < events.Count; i++)
        {
            // Down the chain of corrections to its first event, which then comes first. A circle ends where it began.
            for (int? at = i; at is { } next && !seen[next]; at = events[next].Replaces is { } id && first.TryGetValue((events[next].Source, id), out var target) ? target : null)
            {
                seen[next] = true;
                chain.Push(next);
            }

            while (chain.TryPop(out var next))
            {
                order.Add(next);
            }
        }

        return order;
    }

    private Judgement Judge(UsageEvent sent)
    {
        if (!meters.TryGetValue(sent.Source, out var meter))
        {
            return Rejected(MeteringErrors.UnknownMeter());
        }

        var hash = sent.ContentHash();
        if (_known.TryGetValue((meter.Id, sent.EventId), out var before))
        {
            return new(CryptographicOperations.FixedTimeEquals(before.ContentHash, hash) ? Verdict.Duplicate : Verdict.Conflict);
        }

        if (!legs.TryGetValue(sent.LegId, out var leg))
        {
            return Rejected(MeteringErrors.UnknownLeg());
        }

        if (meter.CenterId is { } center && leg.CenterId != center)
        {
            return Rejected(MeteringErrors.UnknownMeter());
        }

        var (replaced, refusal) = FindReplaced(sent, meter, leg);
        refusal ??= CheckInterval(sent, leg, replaced);
        if (refusal is not null)
        {
            return Rejected(refusal);
        }

        var reading = Make(sent, meter, leg, hash);
        refusal = CheckAmounts(reading) ?? CheckCards(reading, leg, replaced);
        if (refusal is not null)
        {
            return Rejected(refusal);
        }

        Accept(reading, replaced);
        return new(Verdict.Accepted);
    }

    private static Judgement Rejected(ReadingRefusal refusal) => new(Verdict.Rejected, refusal);

    private (Reading? Replaced, ReadingRefusal? Refusal) FindReplaced(UsageEvent sent, Meter meter, Leg leg)
    {
        if (sent.Replaces is not { } id)
        {
            return (null, null);
        }

        if (!_known.TryGetValue((meter.Id, id), out var target) || target.LegId != leg.Id)
        {
            return (null, MeteringErrors.ReplacesUnknown());
        }

        return target.Stands && !_replacedNow.Contains(target) ? (target, null) : (null, MeteringErrors.ReplacedAlready());
    }

    private ReadingRefusal? CheckInterval(UsageEvent sent, Leg leg, Reading? replaced)
    {
        // A correction changes the hours of what it replaces as well, so those must be open too.
        var earliestEnd = replaced is not null && replaced.To < sent.To ? replaced.To : sent.To;
        return leg.CancelledAt is not null ? MeteringErrors.LegCancelled()
            : sent.From < leg.From.Start || sent.To > leg.To.Start ? MeteringErrors.OutsideLeg(leg)
            : sent.To > now ? MeteringErrors.Future()
            : earliestEnd + Late < now ? MeteringErrors.TooLate()
            : null;
    }

    /// <summary>
    /// What contradicts itself. What cards can't have done (busy for longer than there is time, more energy or tokens than they are
    /// good for) bills nothing by itself: it is taken, and flagged for people to judge, up to what sums can hold.
    /// </summary>
    private static ReadingRefusal? CheckAmounts(Reading reading)
    {
        var most = (Int128)UsageEvent.MaxPerCardSecond * reading.Cards * reading.Milli * ((reading.To - reading.From).Ticks / TimeSpan.TicksPerSecond) / Listing.WholeCard;
        return reading.Cards == 0 && (reading.InputTokens > 0 || reading.OutputTokens > 0) ? MeteringErrors.Impossible("No card makes no tokens.")
            : reading.InputTokens > most || reading.OutputTokens > most ? MeteringErrors.Impossible($"More than {UsageEvent.MaxPerCardSecond} tokens a card and second.")
            : reading.Cards > 0 && reading.EnergyMilliWh > most ? MeteringErrors.Impossible($"More than {UsageEvent.MaxPerCardSecond / 1000} Wh a card and second.")
            : null;
    }

    private ReadingRefusal? CheckCards(Reading reading, Leg leg, Reading? replaced)
    {
        if (reading.Cards > leg.Cards || reading.Milli > leg.MilliPerCard)
        {
            return MeteringErrors.ExceedsLeg(leg);
        }

        var (overlapped, fits) = Standing(leg.Id).Check(reading, leg, replaced);
        return overlapped is not null ? MeteringErrors.Overlap(overlapped.EventId) : fits ? null : MeteringErrors.ExceedsLeg(leg);
    }

    private Reading Make(UsageEvent sent, Meter meter, Leg leg, byte[] hash) => new()
    {
        MeterId = meter.Id,
        EventId = sent.EventId,
        LegId = leg.Id,
        From = sent.From,
        To = sent.To,
        Cards = sent.Cards ?? (sent.Card is null ? leg.Cards : 1),
        Milli = sent.Milli ?? leg.MilliPerCard,
        Card = sent.Card,
        BusySeconds = sent.BusySeconds,
        InputTokens = sent.InputTokens,
        OutputTokens = sent.OutputTokens,
        EnergyMilliWh = sent.EnergyMilliWh,
        Status = sent.Status,
        Replaces = sent.Replaces,
        ContentHash = hash,
        AcceptedAt = now,
        Attested = signer == meter.Id,
        UsageVersion = (version?.Invoke(leg) ?? leg.UsageVersion) + 1,
    };

    private void Accept(Reading reading, Reading? replaced)
    {
        var standing = Standing(reading.LegId);
        if (replaced is not null)
        {
            standing.Remove(replaced);
            Change(replaced, added: false);
            if (replaced.UsageVersion == reading.UsageVersion)
            {
                replaced.ReplaceAt(reading.UsageVersion);
            }
            else
            {
                _replacedNow.Add(replaced);
                _replaced.Add(replaced);
            }
        }

        standing.Add(reading);
        Change(reading, added: true);
        _known.Add((reading.MeterId, reading.EventId), reading);
        _accepted.Add(reading);
        _versions[reading.LegId] = reading.UsageVersion;
    }

    private void Change(Reading reading, bool added)
    {
        foreach (var (hour, amounts) in reading.ByHour())
        {
            var key = (reading.LegId, hour);
            _changes[key] = _changes.GetValueOrDefault(key) + (added ? amounts : -amounts);
        }
    }

    private StandingReadings Standing(Id<Leg> leg)
    {
        if (!_standing.TryGetValue(leg, out var readings))
        {
            _standing[leg] = readings = new();
        }

        return readings;
    }
}
