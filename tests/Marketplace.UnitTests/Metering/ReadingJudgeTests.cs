using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Metering;

public class ReadingJudgeTests
{
    private readonly MeteringWorld _world = new();
    private readonly Leg _leg;

    public ReadingJudgeTests() => _leg = _world.AddLeg(cards: 8, hours: 24);

    /// <summary>Before each, r1 stands for hour 1 with all cards.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        { "unknown meter", "usage.unknown_meter" },
        { "meter of another centre", "usage.unknown_meter" },
        { "unknown leg", "usage.unknown_leg" },
        { "leg of another centre", "usage.unknown_meter" },
        { "starts before the leg", "usage.outside_leg" },
        { "ends after the leg", "usage.outside_leg" },
        { "in the future", "usage.future" },
        { "more cards", "usage.exceeds_leg" },
        { "thicker slices", "usage.exceeds_leg" },
        { "one card too many with another source", "usage.exceeds_leg" },
        { "same time", "usage.overlap" },
        { "a second of the same time", "usage.overlap" },
        { "the same time in down", "usage.overlap" },
        { "one card of the same time", "usage.overlap" },
        { "input tokens of no cards", "usage.impossible" },
        { "output tokens of no cards, down", "usage.impossible" },
        { "a correction to tokens of no cards", "usage.impossible" },
        { "no tokens of no cards", "accepted" },
        { "busier than there is time", "accepted" },
        { "replaces what isn't there", "usage.replaces_unknown" },
        { "replaces another source's", "usage.replaces_unknown" },
        { "replaces another leg's", "usage.replaces_unknown" },
        { "replaces into others", "usage.overlap" },
        { "same id, other content", "conflict" },
        { "same id, other leg", "conflict" },
        { "same id, same content", "duplicate" },
        { "the hour before", "accepted" },
        { "the hour after", "accepted" },
        { "the last hour", "accepted" },
        { "no cards of another source", "accepted" },
        { "replaces", "accepted" },
        { "replaces and moves", "accepted" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Each_event_gets_its_verdict(string what, string verdict)
    {
        var other = _world.AddLeg();
        var abroad = _world.AddLeg(center: Id<Center>.New(MeteringWorld.Start));
        _world.Now = MeteringWorld.Start.AddHours(24);
        Assert.Equal("accepted accepted", _world.Verdicts(_world.Event(_leg, "r1", 60, 120), _world.Event(other, "o1", 60, 120)));
        var r2 = _world.Event(_leg, "r2", 180, 240);

        var sent = what switch
        {
            "unknown meter" => r2 with { Source = "urn:meter:nobody" },
            "meter of another centre" => r2 with { Source = _world.Elsewhere.Source },
            "unknown leg" => r2 with { LegId = Id<Leg>.New(MeteringWorld.Start) },
            "leg of another centre" => r2 with { LegId = abroad.Id },
            "starts before the leg" => r2 with { From = MeteringWorld.Start.AddSeconds(-1), To = MeteringWorld.Start.AddHours(1) },
            "ends after the leg" => r2 with { From = MeteringWorld.Start.AddHours(23), To = MeteringWorld.Start.AddHours(24).AddSeconds(1) },
            "in the future" => r2 with { To = After(() => _world.Now = r2.To.AddSeconds(-1), r2.To) },
            "more cards" => r2 with { Cards = 9 },
            "thicker slices" => After(() => SliceLeg(), r2) with { LegId = _sliced!.Id, Milli = 501 },
            "one card too many with another source" => _world.Event(_leg, "r2", 119, 180, cards: 1) with { Source = _world.MeterB.Source },
            "same time" => _world.Event(_leg, "r2", 60, 120),
            "a second of the same time" => r2 with { From = MeteringWorld.Start.AddSeconds(7199), To = MeteringWorld.Start.AddSeconds(7300) },
            "the same time in down" => _world.Event(_leg, "r2", 60, 120) with { Status = ReadingStatus.Down },
            "one card of the same time" => _world.Event(_leg, "r2", 60, 120) with { Card = "0" },
            "input tokens of no cards" => r2 with { Cards = 0, InputTokens = 1 },
            "output tokens of no cards, down" => r2 with { Cards = 0, OutputTokens = 1, Status = ReadingStatus.Down },
            "a correction to tokens of no cards" => _world.Event(_leg, "r2", 60, 120, cards: 0) with { Replaces = "r1", OutputTokens = 1 },
            "no tokens of no cards" => r2 with { Cards = 0, InputTokens = 0, OutputTokens = 0 },
            "busier than there is time" => r2 with { BusySeconds = UsageEvent.MaxAmount },
            "replaces what isn't there" => r2 with { Replaces = "r0" },
            "replaces another source's" => r2 with { Replaces = "r1", Source = _world.MeterB.Source },
            "replaces another leg's" => r2 with { Replaces = "o1" },
            "replaces into others" => After(() => Accept(r2), _world.Event(_leg, "r3", 60, 200) with { Replaces = "r1" }),
            "same id, other content" => _world.Event(_leg, "r1", 60, 120, cards: 7),
            "same id, other leg" => _world.Event(other, "r1", 60, 120),
            "same id, same content" => _world.Event(_leg, "r1", 60, 120),
            "the hour before" => _world.Event(_leg, "r2", 0, 60),
            "the hour after" => _world.Event(_leg, "r2", 120, 180),
            "the last hour" => _world.Event(_leg, "r2", 23 * 60, 24 * 60),
            "no cards of another source" => _world.Event(_leg, "r2", 60, 120, cards: 0) with { Source = _world.MeterB.Source },
            "replaces" => _world.Event(_leg, "r2", 60, 120, cards: 4) with { Replaces = "r1" },
            _ => r2 with { Replaces = "r1" },
        };

        Assert.Equal(verdict, _world.Verdicts(sent));
        Assert.Equal(_world.AsOf(_leg, long.MaxValue), _world.Kept(_leg));
    }

    [Fact]
    public void A_reading_is_taken_for_ninety_days_and_known_for_ever()
    {
        var ends = MeteringWorld.Start.AddHours(2);
        Accept(_world.Event(_leg, "r1", 0, 60), _world.Event(_leg, "r2", 60, 120));

        _world.Now = ends.AddDays(90);
        Assert.Equal("accepted usage.too_late", _world.Verdicts(
            _world.Event(_leg, "c2", 60, 120, cards: 1) with { Replaces = "r2" }, _world.Event(_leg, "c1", 60, 120, cards: 1) with { Replaces = "r1" }));

        _world.Now = ends.AddDays(90).AddSeconds(1);
        Assert.Equal("usage.too_late duplicate conflict", _world.Verdicts(
            _world.Event(_leg, "c3", 60, 120, cards: 2) with { Replaces = "c2" }, _world.Event(_leg, "r1", 0, 60), _world.Event(_leg, "r1", 0, 59)));
    }

    [Fact]
    public void A_cancelled_leg_has_no_usage()
    {
        _leg.Cancel(MeteringWorld.Start.AddHours(-1));

        Assert.Equal("usage.leg_cancelled", _world.Verdicts(_world.Event(_leg, "r1", 0, 60)));
    }

    [Fact]
    public void What_an_event_leaves_open_the_leg_fills_in()
    {
        SliceLeg();

        Accept(
            _world.Event(_sliced!, "all", 0, 60), _world.Event(_sliced!, "one", 60, 120) with { Card = "3" },
            _world.Event(_sliced!, "given", 120, 180, cards: 1) with { Milli = 100 });

        Assert.Equal(["2 500", "1 500", "1 100"], _world.Readings.Select(reading => $"{reading.Cards} {reading.Milli}"));
        Assert.Equal([3_600_000, 1_800_000, 360_000], _world.Hours.Values.OrderBy(hour => hour.Hour).Select(hour => hour.Busy.MilliCardSeconds));
    }

    [Fact]
    public void Cards_of_one_source_by_name_and_cards_of_several_sources_add_up_to_those_of_the_leg()
    {
        var batch = Enumerable.Range(0, 6).Select(card => _world.Event(_leg, $"card {card}", 0, 60) with { Card = $"{card}" }).ToArray();
        Accept(batch);
        Assert.Equal("usage.overlap", _world.Verdicts(_world.Event(_leg, "again", 30, 90) with { Card = "5" }));
        Assert.Equal("usage.overlap", _world.Verdicts(_world.Event(_leg, "whole", 59, 90, cards: 1)));

        var b = _world.Event(_leg, "b", 30, 90, cards: 2) with { Source = _world.MeterB.Source };
        Assert.Equal("usage.exceeds_leg accepted", _world.Verdicts(b with { EventId = "b3", Cards = 3 }, b));
        Assert.Equal("usage.exceeds_leg", _world.Verdicts(_world.Event(_leg, "seventh", 59, 61) with { Card = "6" }));
        Assert.Equal("accepted", _world.Verdicts(_world.Event(_leg, "eighth", 90, 91, cards: 8)));
    }

    [Fact]
    public void Readings_that_follow_each_other_never_count_together()
    {
        // Eight at a time throughout, though far more than eight touch the last one's time.
        Accept(Enumerable.Range(0, 60).Select(minute => _world.Event(_leg, $"m{minute}", minute, minute + 1, cards: 4)).ToArray());

        var b = _world.Event(_leg, "b", 0, 60, cards: 4) with { Source = _world.MeterB.Source };
        Assert.Equal("usage.exceeds_leg accepted", _world.Verdicts(b with { EventId = "b5", Cards = 5 }, b));
    }

    [Fact]
    public void A_source_names_no_more_cards_at_once_than_the_leg_has()
    {
        var idle = Enumerable.Range(0, 9).Select(card => _world.Event(_leg, $"card {card}", 0, 60, cards: 0) with { Card = $"{card}" }).ToArray();

        Assert.Equal("accepted accepted accepted accepted accepted accepted accepted accepted usage.exceeds_leg", _world.Verdicts(idle));
    }

    [Fact]
    public void In_one_batch_an_event_is_taken_once_and_corrections_follow_what_they_correct()
    {
        var r1 = _world.Event(_leg, "r1", 0, 60);
        var c1 = r1 with { EventId = "c1", Replaces = "r1", Cards = 4 };
        var c2 = r1 with { EventId = "c2", Replaces = "c1", Cards = 3 };

        Assert.Equal("accepted accepted accepted duplicate conflict usage.replaced_already",
            _world.Verdicts(c2, c1, r1, r1, r1 with { Cards = 1 }, c1 with { EventId = "c3", Cards = 5 }));

        Assert.Equal(1, _leg.UsageVersion);
        Assert.Equal(["c2"], _world.Readings.Where(reading => reading.Stands).Select(reading => reading.EventId));
        Assert.Equal(CardTime.Of(3, 1000, 3600), Assert.Single(_world.Hours.Values).Busy);
        Assert.Equal("", _world.AsOf(_leg, 0));
    }

    [Fact]
    public void A_circle_of_corrections_corrects_nothing()
    {
        var c1 = _world.Event(_leg, "c1", 0, 60) with { Replaces = "c2" };

        Assert.Equal("usage.replaces_unknown usage.replaces_unknown", _world.Verdicts(c1, c1 with { EventId = "c2", Replaces = "c1" }));
        Assert.Equal(0, _leg.UsageVersion);
    }

    [Fact]
    public void A_correction_that_is_refused_leaves_what_it_corrects()
    {
        Accept(_world.Event(_leg, "r1", 0, 60), _world.Event(_leg, "r2", 60, 120));
        var before = _world.Kept(_leg);

        Assert.Equal("usage.overlap", _world.Verdicts(_world.Event(_leg, "c1", 0, 61) with { Replaces = "r1" }));
        Assert.Equal(before, _world.Kept(_leg));
        Assert.Equal(1, _leg.UsageVersion);
    }

    [Fact]
    public void Of_two_corrections_in_one_batch_the_first_is_taken()
    {
        Accept(_world.Event(_leg, "r1", 0, 60));
        var c1 = _world.Event(_leg, "c1", 0, 60, cards: 1) with { Replaces = "r1" };

        Assert.Equal("accepted usage.replaced_already", _world.Verdicts(c1, c1 with { EventId = "c2", To = c1.To.AddHours(-0.5) }));
        Assert.Equal(CardTime.Of(1, 1000, 3600), Assert.Single(_world.Hours.Values).Busy);
    }

    [Fact]
    public void A_correction_frees_the_time_that_it_gives_up()
    {
        Accept(_world.Event(_leg, "r1", 0, 120));
        Accept(_world.Event(_leg, "c1", 60, 120) with { Replaces = "r1" });

        Assert.Equal("accepted", _world.Verdicts(_world.Event(_leg, "r2", 0, 60)));
    }

    [Fact]
    public void Usage_of_each_version_stays_what_it_was()
    {
        Accept(_world.Event(_leg, "r1", 30, 150, cards: 2) with { InputTokens = 7, OutputTokens = 9 });
        var first = _world.Kept(_leg);
        Accept(_world.Event(_leg, "c1", 30, 60, cards: 4) with { Replaces = "r1", Status = ReadingStatus.Down, InputTokens = 5 });
        var second = _world.Kept(_leg);

        Assert.Equal(
            [
                (0, 3_600_000L, 7L, 9L), (1, 7_200_000L, 0L, 0L), (2, 3_600_000L, 0L, 0L),
            ],
            Usage.AsOf(_world.Readings, 1).Select(hour => (hour.Key - _leg.From, hour.Value.Busy.MilliCardSeconds, hour.Value.InputTokens, hour.Value.OutputTokens)));
        var down = Assert.Single(Usage.AsOf(_world.Readings, 2));
        Assert.Equal(new UsageAmounts { Down = CardTime.Of(4, 1000, 1800), Readings = 1 }, down.Value);
        Assert.Equal(first, _world.AsOf(_leg, 1));
        Assert.Equal(second, _world.AsOf(_leg, 2));
        Assert.Empty(Usage.AsOf(_world.Readings, 0));
    }

    [Fact]
    public void Only_the_readings_of_the_meter_that_signed_are_attested()
    {
        var a = _world.Event(_leg, "a1", 0, 60, cards: 3);
        var b = _world.Event(_leg, "b1", 0, 60, cards: 1) with { Source = _world.MeterB.Source };

        _world.SendSigned(_world.MeterA, a, b);

        var hour = Assert.Single(_world.Hours.Values);
        Assert.Equal((CardTime.Of(4, 1000, 3600), CardTime.Of(3, 1000, 3600), false), (hour.Busy, hour.Attested, hour.IsAttested));
        _world.SendSigned(_world.MeterB, b with { EventId = "b2", Replaces = "b1" });
        Assert.True(hour.IsAttested);
    }

    [Fact]
    public void Content_is_what_is_said_of_the_leg_and_not_how_it_was_written()
    {
        var sent = _world.Event(_leg, "r1", 0, 60);
        Assert.Equal(sent.ContentHash(), (sent with { From = sent.From.ToOffset(TimeSpan.FromHours(8)) }).ContentHash());
        UsageEvent[] others =
        [
            sent, sent with { Cards = 8 }, sent with { Milli = 8 }, sent with { Card = "8" }, sent with { BusySeconds = 8 }, sent with { InputTokens = 8 },
            sent with { OutputTokens = 8 }, sent with { EnergyMilliWh = 8 }, sent with { Status = ReadingStatus.Down }, sent with { Replaces = "8" },
            sent with { To = sent.To.AddSeconds(1) }, sent with { From = sent.From.AddSeconds(1) }, sent with { LegId = _world.AddLeg().Id },
        ];
        Assert.Equal(others.Length, others.Select(other => Convert.ToHexString(other.ContentHash())).Distinct().Count());
    }

    private Leg? _sliced;

    private void SliceLeg() => _sliced = _world.AddLeg(cards: 2, milli: 500);

    private void Accept(params UsageEvent[] batch) => Assert.All(_world.Send(batch), judgement => Assert.Equal(Verdict.Accepted, judgement.Verdict));

    private static T After<T>(Action first, T value)
    {
        first();
        return value;
    }
}
