using System.Globalization;

namespace Marketplace.Api.Replay;

/// <summary>What follows the verb.</summary>
/// <param name="Nodes">The inventory; null plays the sample.</param>
/// <param name="Scale">The share of the nodes that is on the market.</param>
/// <param name="Speed">How many times faster than in the trace jobs come and go; null fits the trace into four weeks.</param>
/// <param name="Database">A file, or a connection string; null makes one in <paramref name="Out"/>.</param>
/// <param name="Out">Where report and database go.</param>
/// <param name="Cheat">Whether dishonest parties take part.</param>
/// <param name="WriteSample">Write the sample into this folder, and play nothing.</param>
/// <param name="Settings">Settings of the host.</param>
internal sealed record ReplayOptions(
    string? Nodes, string? Jobs, string? Requests, decimal Scale, ulong Seed, decimal? Speed, string? Database, string Out, bool Cheat, string? WriteSample,
    IReadOnlyList<string> Settings)
{
    public const string Usage =
        "usage: replay [--nodes FILE --pods FILE [--tokens FILE]] [--scale 0.02] [--seed N] [--speed N] [--database FILE-or-connection] [--out FOLDER] [--cheat] [--SETTING=VALUE...]\n"
        + "       replay --write-sample FOLDER";

    private static readonly string[] Names = ["--nodes", "--pods", "--tokens", "--scale", "--seed", "--speed", "--database", "--out", "--write-sample"];

    /// <summary>Null where the verb isn't used so.</summary>
    public static ReplayOptions? Parse(IReadOnlyList<string> arguments)
    {
        var (given, settings, cheat) = (new Dictionary<string, string>(), new List<string>(), false);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--cheat")
            {
                cheat = true;
            }
            else if (Names.Contains(arguments[i]) && i + 1 < arguments.Count && given.TryAdd(arguments[i], arguments[i + 1]))
            {
                i++;
            }
            else if (arguments[i].StartsWith("--", StringComparison.Ordinal) && arguments[i].Contains('=', StringComparison.Ordinal))
            {
                settings.Add(arguments[i]);
            }
            else
            {
                return null;
            }
        }

        var (nodes, jobs, tokens) = (given.GetValueOrDefault("--nodes"), given.GetValueOrDefault("--pods"), given.GetValueOrDefault("--tokens"));
        var (seed, scale, speed) = (1UL, nodes is null ? 1m : 0.02m, 0m);
        var read = (!given.TryGetValue("--seed", out var text) || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
            && (!given.TryGetValue("--scale", out text) || (Number(text, out scale) && scale is > 0 and <= 1))
            && (!given.TryGetValue("--speed", out text) || (Number(text, out speed) && speed is >= 0.01m and <= 100_000));
        return read && (nodes is null) == (jobs is null) && (tokens is null || nodes is not null)
            ? new(nodes, jobs, tokens, scale, seed, speed == 0 ? null : speed, given.GetValueOrDefault("--database"), given.GetValueOrDefault("--out") ?? "replay", cheat, given.GetValueOrDefault("--write-sample"), settings)
            : null;
    }

    private static bool Number(string text, out decimal number) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
