using System.Globalization;
using System.Reflection;
using System.Text;

namespace Marketplace.Api.Replay;

/// <summary>
/// The small trace that comes with the product: made up, by this generator from one seed, with the columns of real ones. The shipped
/// files are what it writes; <c>replay --write-sample FOLDER</c> writes them anew.
/// </summary>
internal static class SampleTrace
{
    public const string Nodes = "nodes.csv";
    public const string Jobs = "jobs.csv";
    public const string Requests = "requests.csv";

    private const ulong Seed = 20_260_301;
    private const int JobCount = 200;
    private const int RequestCount = 300;
    private const int DaySeconds = 86_400;
    private const int Days = 9;

    private static readonly (string Model, int Nodes, int Cards, int Cores, int MemoryGiB)[] Machines =
        [("V100", 2, 8, 96, 768), ("T4", 2, 4, 64, 384), ("A10", 1, 4, 64, 512), ("Ascend 910B", 1, 8, 192, 1536)];

    public static Trace Read()
    {
        using var nodes = Open(Nodes);
        using var jobs = Open(Jobs);
        using var requests = Open(Requests);
        return Trace.Read(nodes, jobs, requests);
    }

    public static IReadOnlyDictionary<string, string> Make()
    {
        var draw = new Draw(Seed);
        return new Dictionary<string, string> { [Nodes] = MakeNodes(), [Jobs] = MakeJobs(draw), [Requests] = MakeRequests(draw) };
    }

    public static Stream Open(string file) => Assembly.GetExecutingAssembly().GetManifestResourceStream("sample." + file)!;

    private static string MakeNodes()
    {
        var (text, number) = (new StringBuilder("sn,cpu_milli,memory_mib,gpu,model\n"), 0);
        foreach (var machine in Machines)
        {
            for (var i = 0; i < machine.Nodes; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"sample-{number++:000},{machine.Cores * 1000},{machine.MemoryGiB * 1024},{machine.Cards},{machine.Model}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Most ask for one card or a share of it for some hours, few for a whole machine; by day more than by night.</summary>
    private static string MakeJobs(Draw draw)
    {
        var text = new StringBuilder("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n");
        var times = Enumerable.Range(0, JobCount).Select(_ => (draw.Between(0, Days - 1) * DaySeconds) + (draw.Chance(75) ? draw.Between(28_800, 72_000) : draw.Between(0, DaySeconds - 1))).Order().ToList();
        for (var i = 0; i < JobCount; i++)
        {
            var cards = draw.Chance(72) ? 1 : draw.Chance(50) ? 2 : draw.Chance(60) ? 4 : 8;
            var milli = cards == 1 && draw.Chance(40) ? draw.Pick([250, 330, 500, 640]) : 1000;
            var model = cards == 8 ? draw.Pick(["V100", "Ascend 910B"]) : draw.Chance(35) ? draw.Pick(["V100", "T4|A10", "Ascend 910B"]) : "";
            var hours = draw.Chance(60) ? draw.Between(1, 6) : draw.Chance(80) ? draw.Between(6, 40) : draw.Between(40, 150);
            var (waited, late) = (draw.Between(0, 60), draw.Between(0, 3599));
            text.Append(CultureInfo.InvariantCulture, $"job-{i:000},{cards * draw.Pick([4000, 6000, 8000])},{cards * draw.Pick([16, 24, 32]) * 1024},{cards},{milli},{model},{(draw.Chance(30) ? "BE" : "LS")},Succeeded,")
                .Append(CultureInfo.InvariantCulture, $"{times[i]},{times[i] + waited + (hours * 3600) - late},{times[i] + waited}\n");
        }

        return text.ToString();
    }

    private static string MakeRequests(Draw draw)
    {
        var (text, at) = (new StringBuilder("TIMESTAMP,ContextTokens,GeneratedTokens\n"), new DateTime(2026, 3, 1, 9, 0, 0, DateTimeKind.Unspecified));
        for (var i = 0; i < RequestCount; i++)
        {
            at = at.AddMilliseconds(draw.Between(0, 24_000));
            text.Append(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss.fff},{draw.Between(20, 6000)},{draw.Between(5, 900)}\n");
        }

        return text.ToString();
    }
}
