using System.Diagnostics.Metrics;
using Marketplace.Application.Jobs;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Application.Pipeline;

/// <summary>
/// What stands in the database rather than happens: voucher money by programme, how late each job is, what isn't sealed yet, how
/// many legs run. Read anew when somebody says so, and reported as it was read.
/// </summary>
public sealed class Gauges
{
    private readonly IServiceScopeFactory _scopes;
    private readonly JobRunner _jobs;
    private readonly MarketClock _clock;
    private volatile IReadOnlyList<Measurement<long>> _vouchers = [];
    private volatile IReadOnlyList<Measurement<double>> _overdue = [];
    private volatile IReadOnlyList<Measurement<long>> _unsealed = [];
    private volatile IReadOnlyList<Measurement<long>> _running = [];

    public Gauges(IServiceScopeFactory scopes, JobRunner jobs, MarketClock clock, IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_scopes, _jobs, _clock) = (scopes, jobs, clock);
        var meter = meters.Create(Telemetry.Name);
        meter.CreateObservableGauge("marketplace.voucher.balance", () => _vouchers, "{fen}", "Voucher money by programme and where it is.");
        meter.CreateObservableGauge("marketplace.job.overdue", () => _overdue, "s", "How long a job's work has been due.");
        meter.CreateObservableGauge("marketplace.audit.unsealed", () => _unsealed, "{entry}", "Audit entries that no seal covers yet.");
        meter.CreateObservableGauge("marketplace.legs.running", () => _running, "{leg}", "Legs that run at this moment.");
    }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System with { Actor = "gauges" };
        var db = scope.ServiceProvider.GetRequiredService<IMarketplaceDb>();
        var balances = await db.Vouchers.GroupBy(voucher => voucher.ProgrammeCode).Select(group => new
        {
            Programme = group.Key,
            Available = group.Sum(voucher => (long)(object)voucher.Available),
            Held = group.Sum(voucher => (long)(object)voucher.Held),
            Redeemed = group.Sum(voucher => (long)(object)voucher.Redeemed),
            Expired = group.Sum(voucher => (long)(object)voucher.Expired),
            Revoked = group.Sum(voucher => (long)(object)voucher.Revoked),
        }).ToListAsync(cancellationToken);
        _vouchers =
        [
            .. from row in balances
               from part in new[] { ("available", row.Available), ("held", row.Held), ("redeemed", row.Redeemed), ("expired", row.Expired), ("revoked", row.Revoked) }
               select new Measurement<long>(part.Item2, new("programme", row.Programme), new("balance", part.Item1)),
        ];
        var now = _clock.GetUtcNow();
        var overdue = new List<Measurement<double>>();
        foreach (var job in JobCatalogue.Names)
        {
            var due = await _jobs.NextDueAsync(job, now, cancellationToken);
            overdue.Add(new(due is { } d && d.At < now ? (now - d.At).TotalSeconds : 0, new KeyValuePair<string, object?>("job", job)));
        }

        _overdue = overdue;
        _unsealed = [new(await db.AuditEntries.LongCountAsync(entry => entry.SealNumber == null, cancellationToken))];
        var hour = Hour.Containing(now);
        _running = [new(await db.Legs.LongCountAsync(leg => leg.CancelledAt == null && leg.From <= hour && leg.To > hour, cancellationToken))];
    }
}
