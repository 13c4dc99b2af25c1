using System.Text.Json;

namespace Marketplace.Benchmarks;

/// <summary>What a verb prints.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Task WriteAsync(object report) => Console.Out.WriteLineAsync(JsonSerializer.Serialize(report, Json));

    /// <summary>What goes on meanwhile, past the report.</summary>
    public static Task SayAsync(string what) => Console.Error.WriteLineAsync(what);
}
