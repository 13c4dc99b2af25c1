using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Jobs;

/// <summary>
/// Forgets what nobody needs any more: quotes that no order was placed on, answers kept for repeated requests, old enquiries, runs of
/// jobs and messages to webhooks, each after the time that is set for it, and changes of capacity that every process has read long ago.
/// </summary>
public sealed class ForgetJob(IMarketplaceDb db, MarketplaceSettings settings) : IJob
{
    public const string JobName = "forget";

    /// <summary>Changes of capacity that are kept, by their numbers; a process that has read less far reads everything anew.</summary>
    public const int ChangesKept = 100_000;

    /// <summary>So many more make it worth a run.</summary>
    private const int ChangesOver = ChangesKept / 10;

    public string Name => JobName;

    public string Purpose => "Forgets quotes that expired unused, idempotency keys, enquiries, runs of jobs and messages to webhooks when their time is over, and old changes of capacity.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var oldest = await db.CapacityChanges.MinAsync(change => (long?)change.Number, cancellationToken);
        if (await db.CapacityChanges.MaxAsync(change => (long?)change.Number, cancellationToken) - oldest >= ChangesKept + ChangesOver)
        {
            return IJob.AtOnce;
        }

        var keep = settings.Retention;
        var quote = await db.Quotes.Where(q => q.OrderId == null).MinAsync(q => (DateTimeOffset?)q.ExpiresAt, cancellationToken) + keep.Quotes;
        var key = await db.IdempotencyRecords.MinAsync(record => (DateTimeOffset?)record.At, cancellationToken) + keep.Answers;
        var enquiry = await db.Enquiries.MinAsync(e => (DateTimeOffset?)e.At, cancellationToken) + keep.Enquiries;
        var run = await OldRuns.Of(db).MinAsync(r => (DateTimeOffset?)r.DueAt, cancellationToken) + keep.JobRuns;
        var message = await db.WebhookDeliveries.Where(delivery => delivery.State != DeliveryState.Pending).MinAsync(delivery => (DateTimeOffset?)delivery.CreatedAt, cancellationToken)
            + WebhookDelivery.Retention;
        var first = ((DateTimeOffset?[])[quote, key, enquiry, run, message]).Min();

        // By the day: one run takes all of it.
        return first is null ? null : new DateTimeOffset(first.Value.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new Forget();
}

public sealed record Forget : IJobCommand;

internal static class OldRuns
{
    /// <summary>All but the last run that succeeded of each job, and what came after: a job may go by it.</summary>
    public static IQueryable<JobRun> Of(IMarketplaceDb db) =>
        db.JobRuns.Where(run => db.JobRuns.Any(later => later.Job == run.Job && later.DueAt > run.DueAt && later.SucceededAt != null));
}

public sealed class ForgetHandler(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock) : IRequestHandler<Forget, JobReport>
{
    public async Task<JobReport> Handle(Forget request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var keep = settings.Retention;
        var (quotesBefore, keysBefore, enquiriesBefore, runsBefore) = (now - keep.Quotes, now - keep.Answers, now - keep.Enquiries, now - keep.JobRuns);
        var quotes = await db.Quotes.Where(quote => quote.OrderId == null && quote.ExpiresAt <= quotesBefore).ExecuteDeleteAsync(cancellationToken);
        var keys = await db.IdempotencyRecords.Where(record => record.At <= keysBefore).ExecuteDeleteAsync(cancellationToken);
        var enquiries = await db.Enquiries.Where(enquiry => enquiry.At <= enquiriesBefore).ExecuteDeleteAsync(cancellationToken);
        var messagesBefore = now - WebhookDelivery.Retention;
        var messages = await db.WebhookDeliveries.Where(delivery => delivery.State != DeliveryState.Pending && delivery.CreatedAt <= messagesBefore).ExecuteDeleteAsync(cancellationToken);
        var runs = await OldRuns.Of(db).Where(run => run.DueAt <= runsBefore).ExecuteDeleteAsync(cancellationToken);
        var last = await db.CapacityChanges.MaxAsync(change => (long?)change.Number, cancellationToken) ?? 0;
        var changes = await db.CapacityChanges.Where(change => change.Number <= last - ForgetJob.ChangesKept).ExecuteDeleteAsync(cancellationToken);
        return new($"{quotes} quotes, {keys} keys, {enquiries} enquiries, {runs} runs, {messages} messages, {changes} changes");
    }
}
