using System.Text.Json;

namespace Marketplace.Benchmarks;

/// <summary>What a verb prints on stdout.</summary>
/// <param name="Figures">What counts of it.</param>
/// <param name="Details">All of it.</param>
internal sealed record Report(IReadOnlyList<Figure> Figures, object Details)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Task WriteAsync(object details, params IReadOnlyList<Figure> figures) =>
        Console.Out.WriteLineAsync(JsonSerializer.Serialize(new Report(figures, details), Json));

    /// <summary>What goes on meanwhile, past the report.</summary>
    public static Task SayAsync(string what) => Console.Error.WriteLineAsync(what);
}
