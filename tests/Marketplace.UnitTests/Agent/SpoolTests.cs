using Marketplace.Agent;

namespace Marketplace.UnitTests.Agent;

/// <summary>What is on the disk after the process stopped at any instant.</summary>
public sealed class SpoolTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_line_that_was_cut_at_any_byte_is_gone_and_the_others_are_there()
    {
        using (var spool = Open())
        {
            Assert.True(spool.TryAppend(At(0)) && spool.TryAppend(At(1)) && spool.TryAppend(At(2)));
        }

        var file = Path.Combine(_folder, "samples", "0000000001.jsonl");
        var whole = File.ReadAllBytes(file);
        var second = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (var cut = second; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(file, whole[..cut]);
            using (var spool = Open())
            {
                Assert.Equal(cut == whole.Length ? 2 : 1, Minutes(spool.Last!));
                Assert.True(spool.TryAppend(At(3)));
                Assert.Equal(cut == whole.Length ? [0, 1, 2, 3] : [0, 1, 3], spool.Read(SpoolPosition.Start, 10).Select(read => Minutes(read.Sample)));
            }
        }
    }

    [Fact]
    public void Reading_goes_on_from_any_place_over_segments_that_are_forgotten_when_done_with()
    {
        var cards = Enumerable.Range(0, 1000).Select(i => new CardState(i, 50, 300, Healthy: true)).ToList();
        using (var spool = Open())
        {
            for (var i = 0; i < 60; i++)
            {
                Assert.True(spool.TryAppend(At(i, cards)));
            }
        }

        using var again = Open();
        var position = SpoolPosition.Start;
        var read = new List<(int? Before, int At)>();
        while (again.Read(position, 7) is [.., var last] samples)
        {
            read.AddRange(samples.Select(one => (one.Before is { } before ? (int?)Minutes(before) : null, Minutes(one.Sample))));
            position = last.Next;
            again.Forget(position);
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(i => (i == 0 ? null : (int?)(i - 1), i)), read);
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "samples")));
        Assert.Equal(59, Minutes(again.Last!));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(7, 100)]
    [InlineData(1, 5)]
    [InlineData(1, 1_000_000)]
    public void A_place_that_isnt_in_the_spool_is_its_beginning(long segment, long offset)
    {
        using var spool = Open();
        Assert.True(spool.TryAppend(At(0)) && spool.TryAppend(At(1)));

        Assert.Equal([0, 1], spool.Read(new(segment, offset, At(5)), 10).Select(read => Minutes(read.Sample)));
    }

    [Fact]
    public void A_full_spool_keeps_what_it_has()
    {
        using var spool = new Spool(_folder, 1000);
        var taken = Enumerable.Range(0, 50).TakeWhile(i => spool.TryAppend(At(i))).Count();

        Assert.InRange(taken, 2, 20);
        Assert.Equal(Enumerable.Range(0, taken), spool.Read(SpoolPosition.Start, 100).Select(read => Minutes(read.Sample)));
        Assert.InRange(Directory.GetFiles(Path.Combine(_folder, "samples")).Sum(file => new FileInfo(file).Length), 1, 1000);
    }

    [Fact]
    public void Only_one_agent_has_a_folder()
    {
        using var spool = Open();
        Assert.Throws<IOException>(() => Open().Dispose());
    }

    private Spool Open() => new(_folder, 1 << 30);

    private static Sample At(int minutes, IReadOnlyList<CardState>? cards = null) => new(Start.AddMinutes(minutes), cards ?? [new(0, 1, 2, Healthy: true)]);

    private static int Minutes(Sample sample) => (int)(sample.At - Start).TotalMinutes;
}
