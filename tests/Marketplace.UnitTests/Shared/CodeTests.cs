using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Shared;

public sealed class CodeTests
{
    /// <summary>Codes of well-known companies, as their registers publish them.</summary>
    [Theory]
    [InlineData("91330100799655058B")]
    [InlineData("914403001922038216")]
    [InlineData("91110000802100433B")]
    public void Real_codes_are_well_formed(string text)
    {
        Assert.True(CreditCode.TryParse(text, out var code));
        Assert.Equal(text, code.ToString());
    }

    [Fact]
    public void One_wrong_character_is_always_found()
    {
        const string alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        const string right = "91330100799655058B";
        for (var i = 0; i < right.Length; i++)
        {
            foreach (var other in alphabet.Where(c => c != right[i]))
            {
                Assert.False(CreditCode.TryParse(right[..i] + other + right[(i + 1)..], out _));
            }
        }
    }

    [Fact]
    public void Two_neighbours_in_the_wrong_order_are_always_found()
    {
        const string right = "91330100799655058B";
        for (var i = 0; i < right.Length - 1; i++)
        {
            if (right[i] != right[i + 1])
            {
                Assert.False(CreditCode.TryParse(right[..i] + right[i + 1] + right[i] + right[(i + 2)..], out _));
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("91330100799655058")]
    [InlineData("91330100799655058BB")]
    [InlineData("91330100799655058b")]
    [InlineData("9133010079965505IB")]
    [InlineData("91330100799655058 ")]
    [InlineData("９1330100799655058B")]
    public void Anything_else_is_no_code(string? text) => Assert.False(CreditCode.TryParse(text, out _));

    [Theory]
    [InlineData("330100", true)]
    [InlineData("110000", true)]
    [InlineData("990100", false)]
    [InlineData("3301", false)]
    [InlineData("33010a", false)]
    [InlineData("٣٣٠١٠٠", false)]
    [InlineData(null, false)]
    public void Regions_are_six_digits_under_a_province(string? text, bool wellFormed) => Assert.Equal(wellFormed, RegionCode.IsWellFormed(text));

    [Fact]
    public void Ids_sort_as_they_were_made_even_at_one_instant()
    {
        var now = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 10_000).Select(i => Id<CodeTests>.New(now.AddMilliseconds(i / 5_000))).ToList();
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Select(id => id.ToString()).Order(StringComparer.Ordinal), ids.Select(id => id.ToString()));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal((7, 8), (id.Value.Version, id.Value.Variant & 0xC)));
        Assert.All(ids.Take(100), id => Assert.Equal(id, Id<CodeTests>.Parse(id.ToString())));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0199b0a8-d1c5-7b0f-8a5d-0c4f3e2d1c0b")]
    [InlineData("{0199b0a8d1c57b0f8a5d0c4f3e2d1c0b}")]
    public void Text_that_is_no_id_is_nobodys(string? text) => Assert.True(Id<CodeTests>.Parse(text).IsNone);
}
