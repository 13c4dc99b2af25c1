using System.Text.Json;
using Marketplace.Application.Audit.Export;

namespace Marketplace.Api.Hosting;

/// <summary><c>verify FILE</c>: checks an auditor's archive, with no database and no server.</summary>
internal static class VerifyArchive
{
    public const string Verb = "verify";
    public const string Usage = "usage: verify FILE.zip";

    /// <summary>Something doesn't hold.</summary>
    public const int Broken = 1;

    /// <summary>It couldn't be tried: the file isn't there, or isn't an archive.</summary>
    public const int Failed = 2;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter report)
    {
        if (arguments is not [var file] || !File.Exists(file))
        {
            await Console.Error.WriteLineAsync(Usage);
            return Failed;
        }

        try
        {
            await using var stream = File.OpenRead(file);
            using var verifier = new ArchiveVerifier(stream);
            var answers = verifier.Run();
            await report.WriteLineAsync($"Period {verifier.Period}");
            foreach (var answer in answers)
            {
                await report.WriteLineAsync($"{(answer.Holds ? "holds " : "BROKEN")} {answer.Name}: {answer.Checked} checked");
                foreach (var violation in answer.Violations)
                {
                    await report.WriteLineAsync("       " + violation);
                }
            }

            return answers.All(answer => answer.Holds) ? 0 : Broken;
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or JsonException)
        {
            await Console.Error.WriteLineAsync($"{file} can't be read: {unreadable.Message}");
            return Failed;
        }
    }
}
