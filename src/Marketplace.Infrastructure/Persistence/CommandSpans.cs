using System.Data.Common;
using System.Diagnostics;
using Marketplace.Application.Pipeline;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>
/// A span for each command that EF Core sends, the same on every database. The statement's text stands in it and its parameters
/// don't: those are somebody's data.
/// </summary>
internal sealed class CommandSpans : DbCommandInterceptor
{
    public static readonly CommandSpans Instance = new();

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        Record(command, eventData, failure: null);
        return base.ReaderExecutedAsync(command, eventData, result, cancellationToken);
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Record(command, eventData, failure: null);
        return base.NonQueryExecutedAsync(command, eventData, result, cancellationToken);
    }

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventData);
        Record(command, eventData, eventData.Exception);
        return base.CommandFailedAsync(command, eventData, cancellationToken);
    }

    private static void Record(DbCommand command, CommandEndEventData data, Exception? failure)
    {
        if (!Telemetry.Source.HasListeners())
        {
            return;
        }

        using var span = Telemetry.Source.StartActivity("db", ActivityKind.Client, parentContext: default, startTime: data.StartTime);
        span?.SetTag("db.query.text", command.CommandText).SetEndTime((data.StartTime + data.Duration).UtcDateTime);
        if (failure is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
        }
    }
}
