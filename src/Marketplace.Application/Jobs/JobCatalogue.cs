using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Ledger;
using Marketplace.Application.Market;
using Marketplace.Application.Metering;
using Marketplace.Application.Organizations;
using Marketplace.Application.Vouchers;

namespace Marketplace.Application.Jobs;

/// <summary>The names of all jobs, for engines that set up their triggers before there is a database.</summary>
public static class JobCatalogue
{
    public static IReadOnlyList<string> Names { get; } =
    [
        MatchBidsJob.JobName, ExpireVouchersJob.JobName, PublishNoticesJob.JobName, ClosePeriodJob.JobName, BillPeriodJob.JobName, SettlePeriodJob.JobName, SealAuditEntriesJob.JobName,
        CompareMetersJob.JobName, FindGapsJob.JobName, DecideOverdueDisputesJob.JobName, PublishPriceIndexJob.JobName, LookAtUsageJob.JobName, LookForFraudJob.JobName, CheckInvariantsJob.JobName,
        RaiseAlertsJob.JobName, SendWebhooksJob.JobName, ForgetJob.JobName,
    ];

    /// <summary>Those of which several workers do a part each at once; the others are one worker's at a time.</summary>
    public static IReadOnlyCollection<string> Shared { get; } = [BillPeriodJob.JobName];
}
