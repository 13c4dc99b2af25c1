using Hangfire;
using Marketplace.Api.Http;
using Marketplace.Application.Jobs;
using Marketplace.Hangfire;

namespace Marketplace.Api.Hosting;

/// <summary>The engine that only the full feed has, with its dashboard for admins.</summary>
internal static partial class JobEngine
{
    static partial void AddHangfire(IServiceCollection services, HostSettings settings, ref bool added)
    {
        services.AddHangfireEngine(settings.Database, JobCatalogue.Names, settings.Jobs.Interval);
        added = true;
    }

    /// <summary>
    /// Where this process has the engine. Who may see it is the endpoint's policy to say, so Hangfire's own filter, for requests from
    /// this machine alone, goes.
    /// </summary>
    static partial void MapHangfireDashboard(WebApplication app)
    {
        if (app.Services.GetService<JobStorage>() is not null)
        {
            app.MapHangfireDashboard("/jobs", new DashboardOptions { Authorization = [], DashboardTitle = "Jobs", AppPath = "/" }).RequireAuthorization(Policies.Admin);
        }
    }
}
