using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Marketplace.Benchmarks.All;

/// <summary>The page of all benchmarks: <c>benchmarks.md</c>, made from <c>benchmarks.json</c> beside it, which keeps the last run of each.</summary>
internal sealed class Page
{
    private readonly string _folder;
    private readonly List<Measurement> _measured;

    private Page(string folder, List<Measurement> measured) => (_folder, _measured) = (folder, measured);

    private string Store => Path.Combine(_folder, "benchmarks.json");

    public static async Task<Page> ReadAsync(string folder)
    {
        var page = new Page(folder, []);
        if (File.Exists(page.Store))
        {
            page._measured.AddRange(JsonSerializer.Deserialize<List<Measurement>>(await File.ReadAllTextAsync(page.Store), Report.Json)!);
        }

        return page;
    }

    /// <summary>In place of the last run of the same command.</summary>
    public void Put(Measurement measured)
    {
        var index = _measured.FindIndex(before => before.Command == measured.Command);
        if (index < 0)
        {
            _measured.Add(measured);
        }
        else
        {
            _measured[index] = measured;
        }
    }

    public async Task WriteAsync()
    {
        await File.WriteAllTextAsync(Store, JsonSerializer.Serialize(_measured, Report.Json) + "\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "benchmarks.md"), Text());
    }

    private string Text()
    {
        var text = new StringBuilder("""
            # Benchmarks

            Written by `dotnet run -c Release --project tests/Marketplace.Benchmarks -- all`; not by hand. What each verb measures says
            [its README](../tests/Marketplace.Benchmarks/README.md), what was found on the way [performance](performance.md).

            A limit is what bounds the figure on the same machine in the same run: machines differ and this one is shared, so that the ratio says
            more than the figure. A goal of a ratio is marked ×.

            """.ReplaceLineEndings("\n"));
        foreach (var verb in _measured.GroupBy(measured => measured.Command.Split(' ')[0]))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(verb.Key[0])}{verb.Key[1..]}\n");
            foreach (var measured in verb)
            {
                Append(text, measured);
            }

            if (File.Exists(Path.Combine(_folder, verb.Key + ".svg")))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n![How {verb.Key} grow]({verb.Key}.svg)\n");
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Measurement measured)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n`{measured.Command}`, {measured.At:yyyy-MM-dd}, {measured.Seconds:0} s, commit {measured.Commit}, load {measured.Load}; {measured.Machine}.\n");
        if (measured.Failure is { } failure)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n**{failure}**\n");
        }

        if (measured.Figures.Count == 0)
        {
            return;
        }

        text.Append("\n| | | limit | ratio | goal | |\n|---|---|---|---|---|---|\n");
        foreach (var figure in measured.Figures)
        {
            var goal = figure.Goal is { } to ? $"{(to.AtMost ? "≤" : "≥")} {Number(to.Bound)}{(to.OfRatio ? " ×" : "")}" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {figure.Name} | {Number(figure.Value)} {figure.Unit} | {(figure.Limit is { } limit ? $"{limit.Name}: {Number(limit.Value)}" : "")} | ")
                .Append(CultureInfo.InvariantCulture, $"{(figure.Ratio is { } ratio ? Number(ratio) : "")} | {goal} | {figure.IsMet switch { true => "met", false => "**missed**", null => "" }} |\n");
        }
    }

    /// <summary>Three figures or all of a whole number.</summary>
    private static string Number(double number) => Math.Abs(number) switch
    {
        0 => "0",
        >= 100 => number.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => number.ToString("0.##", CultureInfo.InvariantCulture),
        _ => number.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
