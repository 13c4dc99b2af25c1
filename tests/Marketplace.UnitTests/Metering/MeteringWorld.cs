using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Metering;

/// <summary>A centre with two meters, legs on it, and a book that takes batches as the product does, without a database.</summary>
internal sealed class MeteringWorld
{
    /// <summary>Where legs start; an hour of the grid.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    private readonly Id<Organization> _provider = Id<Organization>.New(Start);
    private readonly Id<Center> _center = Id<Center>.New(Start);

    public MeteringWorld()
    {
        MeterA = AddMeter("a", _center);
        MeterB = AddMeter("b", _center);
        Elsewhere = AddMeter("elsewhere", Id<Center>.New(Start));
    }

    public DateTimeOffset Now { get; set; } = Start.AddDays(2);

    public Dictionary<string, Meter> Meters { get; } = [];

    public Dictionary<Id<Leg>, Leg> Legs { get; } = [];

    public Meter MeterA { get; }

    public Meter MeterB { get; }

    /// <summary>A meter of another centre.</summary>
    public Meter Elsewhere { get; }

    public List<Reading> Readings { get; } = [];

    public Dictionary<(Id<Leg> LegId, Hour Hour), UsageHour> Hours { get; } = [];

    public Leg AddLeg(int cards = 8, int milli = 1000, int hours = 24, Id<Center>? center = null)
    {
        var from = Hour.StartingAt(Start)!.Value;
        var leg = new Leg
        {
            Id = Id<Leg>.New(Start),
            OrderId = Id<Order>.New(Start),
            BuyerId = Id<Organization>.New(Start),
            SellerId = _provider,
            ListingId = Id<Listing>.New(Start),
            CenterId = center ?? _center,
            NodeId = Id<Node>.New(Start),
            NodeName = "n",
            Position = 0,
            Accelerator = "A",
            Cards = cards,
            MilliPerCard = milli,
            CpuMilliPerCard = 0,
            MemoryMiBPerCard = 0,
            From = from,
            To = from + hours,
            Product = Product.Metered,
            Workload = Workload.Training,
            PricePerCardHour = new(1),
            Amount = Money.Zero,
            DepositHeld = Money.Zero,
        };
        Legs.Add(leg.Id, leg);
        return leg;
    }

    /// <summary>An event of meter A; times in minutes from <see cref="Start"/>.</summary>
    public UsageEvent Event(Leg leg, string id, double from, double to, int? cards = null) =>
        new(MeterA.Source, id, leg.Id, Start.AddMinutes(from), Start.AddMinutes(to)) { Cards = cards };

    /// <summary>Judges a batch and books what was accepted.</summary>
    public IReadOnlyList<Judgement> Send(params UsageEvent[] batch) => SendSigned(null, batch);

    public IReadOnlyList<Judgement> SendSigned(Meter? signer, params UsageEvent[] batch)
    {
        var judge = new ReadingJudge(Now, Meters, Legs, signer?.Id);
        Readings.ForEach(judge.Know);
        var judgements = judge.Judge(batch);
        Readings.AddRange(judge.Accepted);
        foreach (var reading in judge.Replaced)
        {
            reading.ReplaceAt(judge.Versions[reading.LegId]);
        }

        foreach (var (leg, version) in judge.Versions)
        {
            Assert.Equal(Legs[leg].UsageVersion + 1, version);
            Legs[leg].UsageVersion = version;
        }

        foreach (var (key, change) in judge.Changes)
        {
            if (!Hours.TryGetValue(key, out var hour))
            {
                Hours.Add(key, hour = new() { LegId = key.LegId, Hour = key.Hour });
            }

            hour.Add(change);
            if (hour.IsEmpty)
            {
                Assert.Equal(default, hour.Amounts);
                Hours.Remove(key);
            }
        }

        return judgements;
    }

    /// <summary>Verdicts in short: <c>accepted</c>, <c>duplicate</c>, <c>conflict</c>, or the code of the refusal.</summary>
    public string Verdicts(params UsageEvent[] batch) =>
        string.Join(' ', Send(batch).Select(judgement => judgement.Refusal?.Code ?? judgement.Verdict.ToString().ToLowerInvariant()));

    /// <summary>The kept hours of a leg, as text.</summary>
    public string Kept(Leg leg) => Text(Hours.Values.Where(hour => hour.LegId == leg.Id).ToDictionary(hour => hour.Hour, hour => hour.Amounts));

    public string AsOf(Leg leg, long version) => Text(Usage.AsOf(Readings.Where(reading => reading.LegId == leg.Id), version));

    public static string Text(IEnumerable<KeyValuePair<Hour, UsageAmounts>> hours) =>
        string.Join('\n', hours.OrderBy(hour => hour.Key).Select(hour => $"{hour.Key} {hour.Value}"));

    private Meter AddMeter(string name, Id<Center> center)
    {
        var meter = new Meter { Id = Id<Meter>.New(Start), CenterId = center, OwnerId = _provider, Name = name, Source = "urn:meter:" + name, CreatedAt = Start };
        Meters.Add(meter.Source, meter);
        return meter;
    }
}
