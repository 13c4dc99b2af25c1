using System.Globalization;
using System.Net;
using System.Text;

namespace Marketplace.Api.Replay;

/// <summary>A line or a kind of bar.</summary>
internal sealed record Series(string Name, IReadOnlyList<double> Values);

/// <summary>Plots as SVG, with an axis that starts at 0. Values are measures for the eye; the figures stand in the tables and in the JSON.</summary>
internal static class Plots
{
    private const int Width = 560;
    private const int Height = 240;
    private const int Left = 68;
    private const int Bottom = 44;
    private const int Top = 12;
    private const int Right = 24;
    private const int Inner = Width - Left - Right;
    private const int Tall = Height - Top - Bottom;
    private static readonly string[] Colours = ["#1f5fa8", "#d9822b", "#2e8b57", "#8e4ec6", "#c0392b", "#5d6d7e"];

    public static string Lines(IReadOnlyList<string> labels, IReadOnlyList<Series> series, string unit, double? most = null)
    {
        var top = most ?? Top125(series.SelectMany(s => s.Values));
        var svg = Begin(top, unit);
        double X(int i) => Left + (Inner * (labels.Count == 1 ? 0.5 : (double)i / (labels.Count - 1)));
        for (var i = 0; i < labels.Count; i += Math.Max(1, (labels.Count + 7) / 8))
        {
            Label(svg, X(i), labels[i]);
        }

        foreach (var (s, index) in series.Select((s, i) => (s, i)))
        {
            var points = string.Join(' ', s.Values.Select((value, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):0.#},{Y(value, top):0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"{Colours[index % Colours.Length]}\" stroke-width=\"2\"/>");
        }

        return End(svg, series);
    }

    /// <summary>Bars side by side for each label, or one upon the other.</summary>
    public static string Bars(IReadOnlyList<string> labels, IReadOnlyList<Series> series, string unit, bool stacked = false)
    {
        var top = Top125(stacked ? labels.Select((_, i) => series.Sum(s => s.Values[i])) : series.SelectMany(s => s.Values));
        var svg = Begin(top, unit);
        var group = (double)Inner / labels.Count;
        var bar = group * 0.76 / (stacked ? 1 : series.Count);
        for (var i = 0; i < labels.Count; i++)
        {
            var (x, below) = (Left + (i * group) + (group * 0.12), 0.0);
            Label(svg, Left + ((i + 0.5) * group), labels[i]);
            for (var s = 0; s < series.Count; s++)
            {
                var (value, y) = (series[s].Values[i], Y(below + series[s].Values[i], top));
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x + (stacked ? 0 : s * bar):0.#}\" y=\"{y:0.#}\" width=\"{bar:0.#}\" height=\"{Y(below, top) - y:0.#}\" fill=\"{Colours[s % Colours.Length]}\"><title>{Escape(labels[i])}, {Escape(series[s].Name)}: {value:#,0.##}</title></rect>");
                below += stacked ? value : 0;
            }
        }

        return End(svg, series);
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static double Y(double value, double top) => Top + (Tall * (1 - (value / top)));

    /// <summary>The next of 1, 2, 5 times a power of ten, so that the axis has round marks.</summary>
    private static double Top125(IEnumerable<double> values)
    {
        var most = Math.Max(values.DefaultIfEmpty(0).Max(), 0.001);
        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return power * new[] { 1, 2, 4, 6, 8, 10 }.First(step => step * power >= most);
    }

    private static StringBuilder Begin(double top, string unit)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" font-size=\"11\">");
        for (var i = 0; i <= 4; i++)
        {
            var y = Top + (Tall * (4 - i) / 4.0);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\" stroke=\"#e3e7ec\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\" fill=\"#5b6673\">{top * i / 4:#,0.##}{(i == 4 ? " " + unit : "")}</text>");
        }

        return svg;
    }

    private static void Label(StringBuilder svg, double x, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#5b6673\">{Escape(text)}</text>");

    private static string End(StringBuilder svg, IReadOnlyList<Series> series)
    {
        svg.Append("</svg><p class=\"key\">");
        for (var i = 0; i < series.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<span><i style=\"background:{Colours[i % Colours.Length]}\"></i>{Escape(series[i].Name)}</span>");
        }

        return svg.Append("</p>").ToString();
    }
}
