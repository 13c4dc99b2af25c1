using Marketplace.Application.Audit;

namespace Marketplace.Application.Jobs;

/// <summary>The names of all jobs, for engines that set up their triggers before there is a database.</summary>
public static class JobCatalogue
{
    public static IReadOnlyList<string> Names { get; } = [SealAuditEntriesJob.JobName];
}
