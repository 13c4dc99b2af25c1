using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Market;

/// <summary>Nothing shows of fewer than three parties, nor can be had by taking what shows off the total.</summary>
public sealed class DisclosureTests
{
    private static readonly Dictionary<char, Id<Organization>> Parties = "abcdefgh".ToDictionary(name => name, _ => Id<Organization>.New(DateTimeOffset.UnixEpoch));

    /// <summary>Cells as their parties' letters, and which show.</summary>
    [Theory]
    [InlineData("abc def", "abc def")]
    [InlineData("ab def", "")]
    [InlineData("ab cd efg", "efg")]
    [InlineData("ab abc defg", "defg")]
    [InlineData("ab ab abcd efgh", "efgh")]
    [InlineData("ab", "")]
    [InlineData("", "")]
    [InlineData("a b c defg abch", "abch defg")]
    public void What_shows_leaves_nobody_to_be_found(string cells, string shown)
    {
        var made = cells.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Cell).ToList();
        Assert.Equal(shown, string.Join(' ', Disclosure.Shown(made).Select(cell => cell.Key).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Whatever_the_cells_what_is_left_of_their_total_has_three_parties_or_nothing()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 2_000; run++)
        {
            var cells = Enumerable.Range(0, random.Next(1, 6)).Select(i => Cell(new string([.. "abcdefgh".Where(_ => random.Next(3) == 0)]) is { Length: > 0 } some ? some : "a")).ToList();
            var shown = Disclosure.Shown(cells).Select(cell => cell.Value).ToHashSet();
            Assert.All(shown, cell => Assert.True(cell.Parties.Count >= 3, $"seed {seed}"));
            var left = cells.Where(cell => !shown.Contains(cell.Value)).SelectMany(cell => cell.Value.Parties).Distinct().Count();
            Assert.True(left is 0 or >= 3 || shown.Count == 0, $"seed {seed}");
        }
    }

    [Fact]
    public void Volumes_add_up_in_every_unit()
    {
        var sum = SoldVolume.Of(Money.Parse("10.00"), CardTime.Of(8, 1000, 3600), 320) + SoldVolume.Of(Money.Parse("0.01"), CardTime.Of(1, 500, 3600), 0.5m);
        Assert.Equal("10.01 8.5 2.56025", $"{sum.Amount} {sum.CardTime.ToCardHours()} {sum.ToPflopsHours()}");
    }

    private static KeyValuePair<string, StatisticsCell> Cell(string letters)
    {
        var cell = new StatisticsCell();
        foreach (var letter in letters)
        {
            cell.Add(SoldVolume.Of(Money.Parse("1.00"), CardTime.Of(1, 1000, 3600), 1), Parties[letter]);
        }

        return KeyValuePair.Create(letters, cell);
    }
}
