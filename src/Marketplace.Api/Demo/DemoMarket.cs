using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Jobs;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Demo;

/// <summary>
/// Fills an empty database with a small market that has been at work since the month before: that month is billed, settled
/// and partly claimed, some orders run now and some lie ahead. All of it is done through the product's own use cases, on
/// behalf of its parties, with the time set back to when each thing happened.
/// </summary>
internal sealed class DemoMarket(IServiceScopeFactory scopes, DemoClock clock, JobRunner jobs, MarketplaceSettings settings)
{
    /// <summary>The instant at which the demo market begins: the morning of some days before last month.</summary>
    public DateTimeOffset Beginning(DateTimeOffset now)
    {
        var firstDay = settings.Time.Day(settings.Time.StartOf(LastMonth(now)));
        return settings.Time.StartOf(firstDay.AddDays(-5)).AddHours(9);
    }

    /// <summary>Seeds the market; the clock must stand at its <see cref="Beginning"/>.</summary>
    /// <returns>The logins, whose passwords are known to nobody else.</returns>
    public async Task<IReadOnlyList<PersonAnswer>> SeedAsync(DateTimeOffset now)
    {
        var story = new DemoStory(scopes, clock, now);
        var month = LastMonth(now);
        var parties = await DemoParties.RegisterAsync(story, settings.Time.Day(clock.GetUtcNow()));
        using var capacity = new DemoCapacity(story, settings.Time.Hours(month).From.Start, Hour.AtOrAfter(now.AddYears(1)).Start);
        await capacity.BuildAsync(parties);
        await DemoVouchers.IssueAsync(story, parties);
        var trade = new DemoTrade(story, parties, capacity);
        LastMonths(parties, settings.Time.Hours(month).From).ForEach(trade.Schedule);
        TodaysAndNext(parties, Hour.Containing(now)).ForEach(trade.Schedule);
        Bill(story, parties, month);
        await story.TellAsync();
        var logins = await DemoLogins.CreateAsync(story, parties);
        await jobs.RunDueAsync(SealAuditEntriesJob.JobName, now, CancellationToken.None);
        return logins;
    }

    private Period LastMonth(DateTimeOffset now) => settings.Time.Period(now).Previous;

    private void Bill(DemoStory story, DemoParties parties, Period month)
    {
        var billedAt = settings.Time.EndOf(month) + settings.CloseGrace;
        story.At(billedAt, () => story.SendAsync(parties.Admin, new RunBilling(month)));
        DemoVouchers.Claim(story, parties, month, settings.Time.Day(settings.Time.EndOf(month)).AddDays(-1), billedAt);
    }

    /// <summary>All over by the 21st, so that it is one month in every calendar.</summary>
    private static List<Purchase> LastMonths(DemoParties parties, Hour month) =>
    [
        new(parties.Xihu, "Ascend 910B", 16, month + ((2 * 24) + 8), 72) { Regions = ["33"], BusyHoursOfTen = 8 },
        new(parties.Donghai, "Ascend 910B", 24, month + ((5 * 24) + 9), 48) { BusyHoursOfTen = 9 },
        new(parties.Lingnan, "H800", 16, month + ((8 * 24) + 8), 24),
        new(parties.Lingnan, "A800", 16, month + ((11 * 24) + 8), 8) { Patience = 40 },
        new(parties.Xihu, "MLU370", 8, month + ((14 * 24) + 6), 100) { Workload = Domain.Market.Workload.Inference, BusyHoursOfTen = 6 },
        new(parties.Donghai, "H20", 8, month + ((19 * 24) + 8), 24) { OrderedBefore = TimeSpan.FromDays(3), Cancelled = true },
    ];

    private static List<Purchase> TodaysAndNext(DemoParties parties, Hour now) =>
    [
        new(parties.Lingnan, "A800", 8, now - 12, 48) { OrderedBefore = TimeSpan.FromHours(2) },
        new(parties.Xihu, "Ascend 910B", 8, now - 6, 36) { Regions = ["33"], OrderedBefore = TimeSpan.FromHours(1), BusyHoursOfTen = 7 },
        new(parties.Donghai, "L20", 8, now + 30, 24) { Workload = Domain.Market.Workload.Inference, MilliPerCard = 500, OrderedBefore = TimeSpan.FromHours(34) },
        new(parties.Lingnan, "H800", 8, now + 72, 48) { OrderedBefore = TimeSpan.FromHours(80) },
    ];
}
