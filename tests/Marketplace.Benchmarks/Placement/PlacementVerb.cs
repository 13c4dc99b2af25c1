namespace Marketplace.Benchmarks.Placement;

/// <summary>Plays the FGD paper's experiment through the market's own placement policy.</summary>
internal static class PlacementVerb
{
    public const string Usage = "--nodes FILE --pods FILE [--pods FILE]... --seeds 42-51 [--node-order shuffled|file]";

    public static async Task<int> RunAsync(Options options)
    {
        var nodes = Trace.Nodes(options.Required("--nodes"));
        var seeds = options.Range("--seeds");
        var shuffled = options.Text("--node-order") switch
        {
            null or "shuffled" => true,
            "file" => false,
            var other => throw new UsageException($"--node-order is shuffled or file, not {other}."),
        };
        var files = options.All("--pods");
        if (files.Count == 0)
        {
            throw new UsageException("--pods is missing.");
        }

        var lists = files.Select(file => Measure(file, nodes, seeds, shuffled)).ToList();
        await Report.WriteAsync(new { nodes = nodes.Count, cards = nodes.Sum(node => node.Class.Cards), nodeOrder = shuffled ? "shuffled" : "file", lists });
        return 0;
    }

    private static object Measure(string file, IReadOnlyList<TraceNode> nodes, IReadOnlyList<int> seeds, bool shuffled)
    {
        var pods = Trace.Pods(file);
        var outcomes = seeds.Select(seed => (Seed: seed, Outcome: new Replay(nodes, pods, seed, shuffled).Run())).ToList();
        var seconds = outcomes.Sum(run => run.Outcome.Elapsed.TotalSeconds);
        return new
        {
            pods = Path.GetFileName(file),
            allocatedPercentAt100 = Rounded(outcomes.Average(run => run.Outcome.At(100))),
            allocatedPercentAt130 = Rounded(outcomes.Average(run => run.Outcome.At(130))),
            placementsPerSecond = (int)(outcomes.Sum(run => run.Outcome.Placed) / seconds),
            arrivalsPerSecond = (int)(outcomes.Sum(run => run.Outcome.Arrivals) / seconds),
            seeds = outcomes.Select(run => new
            {
                seed = run.Seed,
                allocatedPercentAt100 = Rounded(run.Outcome.At(100)),
                allocatedPercentAt130 = Rounded(run.Outcome.At(130)),
                arrivals = run.Outcome.Arrivals,
                placed = run.Outcome.Placed,
                seconds = Math.Round(run.Outcome.Elapsed.TotalSeconds, 3),
            }),
        };
    }

    private static double Rounded(double percent) => Math.Round(percent, 3);
}
