using System.Globalization;
using System.Text;

namespace Marketplace.Benchmarks.Quotes;

/// <summary>Draws how the figures grow with the number of nodes: a panel each, both axes logarithmic.</summary>
internal static class GrowthChart
{
    private const int Panel = 300;
    private const int Height = 280;
    private const int Left = 56;
    private const int Right = 16;
    private const int Top = 40;
    private const int Bottom = 44;

    public static string Draw(IReadOnlyList<Growth> sizes)
    {
        var nodes = sizes.Select(size => (double)size.Nodes).ToList();
        (string Title, (string Name, string Colour, List<double> Values)[] Lines)[] panels =
        [
            ("Rebuild of the index, s", [("rebuild", "#1b6ca8", [.. sizes.Select(size => size.Rebuild.TotalSeconds)])]),
            ("A quote, ms", [("p50", "#1b6ca8", [.. sizes.Select(size => size.Latencies.Percentile(50))]), ("p99", "#c2410c", [.. sizes.Select(size => size.Latencies.Percentile(99))])]),
            ("Memory, MiB", [("index", "#1b6ca8", [.. sizes.Select(size => size.ManagedMiB)]), ("process", "#c2410c", [.. sizes.Select(size => size.WorkingSetMiB)])]),
        ];
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Panel * panels.Length} {Height}" font-family="sans-serif" font-size="11">""").Append('\n');
        svg.Append("""<rect width="100%" height="100%" fill="#fff"/>""").Append('\n');
        for (var i = 0; i < panels.Length; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<g transform="translate({i * Panel} 0)">""").Append('\n');
            DrawPanel(svg, panels[i].Title, nodes, panels[i].Lines);
            svg.Append("</g>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawPanel(StringBuilder svg, string title, List<double> nodes, (string Name, string Colour, List<double> Values)[] lines)
    {
        var x = new Axis(nodes, Left, Panel - Right);
        var y = new Axis([.. lines.SelectMany(line => line.Values)], Height - Bottom, Top);
        Text(svg, Panel / 2, 20, "middle", title, "#111");
        Text(svg, Panel / 2, Height - 8, "middle", "nodes", "#444");
        foreach (var tick in x.Ticks())
        {
            Line(svg, x.At(tick), Top, x.At(tick), Height - Bottom);
            Text(svg, x.At(tick), Height - Bottom + 16, "middle", Number(tick), "#444");
        }

        foreach (var tick in y.Ticks())
        {
            Line(svg, Left, y.At(tick), Panel - Right, y.At(tick));
            Text(svg, Left - 6, y.At(tick) + 4, "end", Number(tick), "#444");
        }

        foreach (var (name, colour, values) in lines)
        {
            var points = nodes.Zip(values, (node, value) => string.Create(CultureInfo.InvariantCulture, $"{x.At(node):0.#},{y.At(value):0.#}")).ToList();
            svg.Append(CultureInfo.InvariantCulture, $"""<polyline points="{string.Join(' ', points)}" fill="none" stroke="{colour}" stroke-width="2"/>""").Append('\n');
            foreach (var point in points.Select(point => point.Split(',')))
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{point[0]}" cy="{point[1]}" r="3" fill="{colour}"/>""").Append('\n');
            }

            Text(svg, x.At(nodes[^1]) - 6, y.At(values[^1]) - 8, "end", name, colour);
        }
    }

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{x1:0.#}" y1="{y1:0.#}" x2="{x2:0.#}" y2="{y2:0.#}" stroke="#ddd"/>""").Append('\n');

    private static void Text(StringBuilder svg, double x, double y, string anchor, string text, string colour) =>
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}" fill="{colour}">{text}</text>""").Append('\n');

    private static string Number(double number) => number.ToString(number < 1 ? "0.###" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>From the power of ten below the least value to the one above the most.</summary>
    private sealed class Axis
    {
        private readonly int _least;
        private readonly int _most;
        private readonly double _from;
        private readonly double _to;

        public Axis(List<double> values, double from, double to)
        {
            (_from, _to) = (from, to);
            _least = (int)Math.Floor(Math.Log10(Math.Max(values.Min(), 1e-3)));
            _most = Math.Max(_least + 1, (int)Math.Ceiling(Math.Log10(values.Max())));
        }

        public double At(double value) => _from + ((_to - _from) * (Math.Log10(Math.Max(value, 1e-3)) - _least) / (_most - _least));

        public IEnumerable<double> Ticks() => Enumerable.Range(_least, _most - _least + 1).Select(power => Math.Pow(10, power));
    }
}
