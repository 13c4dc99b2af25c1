namespace Marketplace.Domain.Shared;

/// <summary>Region codes of GB/T 2260: six digits, the first two the province.</summary>
public static class RegionCode
{
    private static readonly HashSet<string> Provinces =
    [
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43",
        "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    ];

    /// <summary>Whether the text is six digits under a known province. Counties aren't checked: they change every year.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: 6 } && text.All(char.IsAsciiDigit) && Provinces.Contains(text[..2]);

    /// <summary>The province of a well-formed code or of a prefix of one: two digits.</summary>
    public static string Province(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code[..2];
    }

    /// <summary>Whether the text can be a prefix of region codes: two, four or six digits under a known province.</summary>
    public static bool IsPrefix(string? text) =>
        text is { Length: 2 or 4 or 6 } && text.All(char.IsAsciiDigit) && Provinces.Contains(text[..2]);
}
