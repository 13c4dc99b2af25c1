using System.Globalization;

namespace Marketplace.Benchmarks;

/// <summary>The options of a verb, each a name and a value, or a flag alone; some may be given several times.</summary>
internal sealed class Options
{
    private readonly List<(string Name, string Value)> _given = [];

    /// <param name="args">Names with their <c>--</c>, each before its value.</param>
    /// <param name="usage">Names the options there are; one in brackets of its own, such as <c>[--quick]</c>, is a flag.</param>
    public static Options Parse(IEnumerable<string> args, string usage)
    {
        var known = usage.Split(' ', '[', ']').Where(word => word.StartsWith("--", StringComparison.Ordinal)).ToHashSet();
        var options = new Options();
        var left = new Queue<string>(args);
        while (left.TryDequeue(out var name))
        {
            if (!known.Contains(name))
            {
                throw new UsageException($"There is no option {name}.");
            }

            options._given.Add((name, usage.Contains($"[{name}]", StringComparison.Ordinal) ? ""
                : left.TryDequeue(out var value) ? value
                : throw new UsageException($"{name} lacks its value.")));
        }

        return options;
    }

    /// <summary>Whether the flag was given.</summary>
    public bool Has(string flag) => All(flag).Count > 0;

    /// <summary>Every value of the option, in the order given.</summary>
    public IReadOnlyList<string> All(string name) => [.. _given.Where(option => option.Name == name).Select(option => option.Value)];

    /// <summary>The option's value, or null.</summary>
    public string? Text(string name) => All(name) switch
    {
        [] => null,
        [var value] => value,
        _ => throw new UsageException($"{name} stands twice."),
    };

    /// <summary>The option's value, which has to be there.</summary>
    public string Required(string name) => Text(name) ?? throw new UsageException($"{name} is missing.");

    /// <summary>The option as a number from 1 on, or what it is where it isn't given.</summary>
    public int Number(string name, int otherwise) => Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new UsageException($"{name} is a number from 1 on.");

    /// <summary>The option as a share of a whole, or what it is where it isn't given.</summary>
    public double Share(string name, double otherwise) => Text(name) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1 ? share
        : throw new UsageException($"{name} is a share from 0 to 1.");

    /// <summary>The option as numbers from one to another, such as <c>42-51</c>, or one alone.</summary>
    public IReadOnlyList<int> Range(string name)
    {
        var ends = Required(name).Split('-').Select(end =>
            int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToList();
        return ends.Count <= 2 && ends[0] >= 0 && ends[^1] >= ends[0] && ends[^1] - ends[0] < 1000
            ? [.. Enumerable.Range(ends[0], ends[^1] - ends[0] + 1)]
            : throw new UsageException($"{name} is a number or two such as 42-51, of at most 1000 numbers.");
    }
}
