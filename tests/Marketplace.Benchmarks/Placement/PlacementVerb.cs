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

        var (lists, figures) = (new List<object>(), new List<Figure>());
        foreach (var file in files)
        {
            var (list, figure) = Measure(file, nodes, seeds, shuffled);
            lists.Add(list);
            figures.AddRange(figure);
        }

        await Report.WriteAsync(new { nodes = nodes.Count, cards = nodes.Sum(node => node.Class.Cards), nodeOrder = shuffled ? "shuffled" : "file", lists }, figures);
        return 0;
    }

    /// <summary>What the paper's authors publish for FGD on the list: allocated per cent when 100 and 130 % of the capacity had arrived.</summary>
    private static (double At100, double At130)? Fgd(string list) => list switch
    {
        "openb_pod_list_default.csv" => (95.23, 95.39),
        "openb_pod_list_gpuspec20.csv" => (94.66, 94.84),
        "openb_pod_list_multigpu30.csv" => (96.36, 96.46),
        "openb_pod_list_gpushare40.csv" => (93.96, 94.15),
        "openb_pod_list_cpu100.csv" => (95.21, 95.35),
        _ => null,
    };

    private static (object Details, IEnumerable<Figure> Figures) Measure(string file, IReadOnlyList<TraceNode> nodes, IReadOnlyList<int> seeds, bool shuffled)
    {
        var pods = Trace.Pods(file);
        var outcomes = seeds.Select(seed => (Seed: seed, Outcome: new Replay(nodes, pods, seed, shuffled).Run())).ToList();
        var seconds = outcomes.Sum(run => run.Outcome.Elapsed.TotalSeconds);
        var (at100, at130) = (outcomes.Average(run => run.Outcome.At(100)), outcomes.Average(run => run.Outcome.At(130)));
        var placed = (int)(outcomes.Sum(run => run.Outcome.Placed) / seconds);
        var name = Path.GetFileName(file);
        var fgd = Fgd(name);
        Figure Allocated(string when, double percent, double? published) => new Figure($"{name}: allocated at {when} %", percent, "%") is var figure && published is { } limit
            ? figure.Against("FGD, published", limit).AtLeast(limit)
            : figure;
        var details = new
        {
            pods = name,
            allocatedPercentAt100 = Rounded(at100),
            allocatedPercentAt130 = Rounded(at130),
            placementsPerSecond = placed,
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
        return (details, [Allocated("100", at100, fgd?.At100), Allocated("130", at130, fgd?.At130), new($"{name}: placements", placed, "/s")]);
    }

    private static double Rounded(double percent) => Math.Round(percent, 3);
}
