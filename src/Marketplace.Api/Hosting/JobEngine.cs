using Marketplace.Application.Jobs;
using Marketplace.Infrastructure.Jobs;

namespace Marketplace.Api.Hosting;

public enum JobEngineKind
{
    Quartz,
    Hangfire,
}

/// <summary>What looks at the jobs, and how often.</summary>
/// <param name="Engine">Hangfire only where the build has it.</param>
/// <param name="Interval">Whole seconds, less than a minute.</param>
public sealed record JobSettings(JobEngineKind Engine, TimeSpan Interval);

/// <summary>The library that says when jobs are looked at. All that it shares with another is the names of the catalogue and <see cref="JobRunner"/>.</summary>
internal static partial class JobEngine
{
    /// <exception cref="InvalidOperationException">The build lacks the engine that is set.</exception>
    public static void Add(IServiceCollection services, HostSettings settings)
    {
        if (settings.Jobs.Engine == JobEngineKind.Quartz)
        {
            services.AddQuartzEngine(settings.Database, JobCatalogue.Names, settings.Jobs.Interval);
            return;
        }

        var added = false;
        AddHangfire(services, settings, ref added);
        if (!added)
        {
            throw new InvalidOperationException("The setting Jobs:Engine can't be 'Hangfire': it takes a build with -p:PackageFeed=full.");
        }
    }

    public static void MapDashboard(WebApplication app, HostSettings settings)
    {
        if (settings.Jobs.Engine == JobEngineKind.Hangfire && settings.Role != ProcessRole.Worker)
        {
            MapHangfireDashboard(app);
        }
    }

    static partial void AddHangfire(IServiceCollection services, HostSettings settings, ref bool added);

    static partial void MapHangfireDashboard(WebApplication app);
}
