namespace Marketplace.Benchmarks;

/// <summary>One benchmark.</summary>
/// <param name="Name">What it is called by.</param>
/// <param name="Usage">Its options, for example <c>--seeds 42-51</c>; those it names are the ones it takes.</param>
/// <param name="Run">Prints what it measured and returns the exit status; throws <see cref="UsageException"/> where an option is wrong.</param>
internal sealed record Verb(string Name, string Usage, Func<Options, Task<int>> Run)
{
    /// <summary>The exit status where the machine lacks a program that the verb calls.</summary>
    public const int Missing = 3;

    private const int WrongUsage = 2;

    /// <param name="whyNot">What is missing; null where all is there.</param>
    /// <exception cref="MissingProgramException">Something is.</exception>
    public static void Require(string? whyNot)
    {
        if (whyNot is not null)
        {
            throw new MissingProgramException(whyNot);
        }
    }

    /// <summary>Runs the verb that the arguments name.</summary>
    /// <returns>The verb's exit status, or 2 with the usage on stderr.</returns>
    public static async Task<int> DispatchAsync(IReadOnlyList<Verb> verbs, string[] args)
    {
        try
        {
            var verb = verbs.FirstOrDefault(verb => verb.Name == args.FirstOrDefault())
                ?? throw new UsageException(args.Length == 0 ? "A verb is missing." : $"There is no verb {args[0]}.");
            return await verb.Run(Options.Parse(args.Skip(1), verb.Usage));
        }
        catch (MissingProgramException missing)
        {
            await Report.SayAsync(missing.Message);
            return Missing;
        }
        catch (UsageException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            await Console.Error.WriteLineAsync("usage: Marketplace.Benchmarks VERB [--OPTION VALUE]...");
            foreach (var verb in verbs)
            {
                await Console.Error.WriteLineAsync($"  {verb.Name} {verb.Usage}");
            }

            return WrongUsage;
        }
    }
}

/// <summary>The command line is wrong; the message says how.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The machine lacks a program that the verb calls; the message says which.</summary>
internal sealed class MissingProgramException(string message) : Exception(message);
