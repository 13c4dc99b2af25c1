namespace Marketplace.Domain.Shared;

/// <summary>
/// A unified social credit code (统一社会信用代码): 18 characters, the last one a check digit (GB 32100-2015).
/// </summary>
public readonly record struct CreditCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    private CreditCode(string value) => Value = value;

    public string Value { get; }

    /// <summary>Reads a code; refuses a wrong length, letters outside the alphabet (I, O, S, V, Z) and a wrong check digit.</summary>
    public static bool TryParse(string? text, out CreditCode code)
    {
        code = default;
        if (text is not { Length: 18 } || text.Any(c => !Alphabet.Contains(c, StringComparison.Ordinal)))
        {
            return false;
        }

        if (CheckDigit(text[..17]) != text[17])
        {
            return false;
        }

        code = new(text);
        return true;
    }

    /// <exception cref="FormatException">The text isn't a well-formed code.</exception>
    public static CreditCode Parse(string text) =>
        TryParse(text, out var code) ? code : throw new FormatException($"'{text}' is not a unified social credit code.");

    /// <summary>The check digit of the first 17 characters: weights are powers of 3 modulo 31.</summary>
    public static char CheckDigit(string first17)
    {
        ArgumentNullException.ThrowIfNull(first17);
        var (sum, weight) = (0, 1);
        foreach (var c in first17)
        {
            sum += Alphabet.IndexOf(c, StringComparison.Ordinal) * weight;
            weight = weight * 3 % 31;
        }

        return Alphabet[(31 - (sum % 31)) % 31];
    }

    public override string ToString() => Value;
}
