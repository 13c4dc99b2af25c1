using System.Data;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>
/// SQLite lets one connection write at a time and makes the others poll. Within this process they queue here instead, so that
/// they are served in turn.
/// </summary>
internal sealed class SqliteWriteQueue : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Leave(_turn);
    }

    public void Dispose() => _turn.Dispose();

    private sealed class Leave(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}

internal sealed partial class UnitOfWork(MarketplaceDbContext db, SqliteWriteQueue queue, ILogger<UnitOfWork> logger) : IUnitOfWork
{
    private const int Attempts = 24;

    /// <summary>
    /// All that a transaction reads is as of one moment; on SQLite nobody else writes meanwhile. Else it could read one row
    /// before another's commit and the next one after, and refuse by a state that there never was, before any version tells
    /// that it lost a race.
    /// </summary>
    private IsolationLevel AsOfOneMoment => db.Database.IsNpgsql() ? IsolationLevel.RepeatableRead
        : db.Database.IsSqlServer() ? IsolationLevel.Snapshot
        : IsolationLevel.Serializable;

    public int Attempt { get; private set; }

    public async Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (db.Database.CurrentTransaction is not null)
        {
            return await work(cancellationToken);
        }

        for (Attempt = 1; ; Attempt++)
        {
            try
            {
                return await OnceAsync(work, cancellationToken);
            }
            catch (Exception lost) when (LostARace(lost))
            {
                if (Attempt == Attempts)
                {
                    throw new RuleException(Refusal.Conflict, "concurrency.conflict", "Others changed the same rows again and again; try again.");
                }

                Telemetry.LostRace();
                Lost(Attempt, lost.GetType().Name);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 1 << Math.Min(Attempt + 2, 8))), cancellationToken);
            }
        }
    }

    public Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => db.Database.CreateExecutionStrategy().ExecuteAsync(
        async token =>
        {
            db.ChangeTracker.Clear();
            if (db.Database.IsSqlite())
            {
                // A deferred transaction reads one snapshot and takes no lock that a writer waits for.
                await db.Database.OpenConnectionAsync(token);
                await using var deferred = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
                await using var used = await db.Database.UseTransactionAsync(deferred, token);
                return await work(token);
            }

            await using var transaction = await db.Database.BeginTransactionAsync(AsOfOneMoment, token);
            return await work(token);
        },
        cancellationToken);

    private async Task<T> OnceAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        // Nothing goes on after a save that failed, so that there is nothing to go back to.
        db.Database.AutoSavepointsEnabled = false;
        using var turn = db.Database.IsSqlite() ? await queue.EnterAsync(cancellationToken) : null;

        // The provider's own strategy repeats the whole of it where the connection broke.
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(AsOfOneMoment, token);
                var result = await work(token);
                await db.SaveChangesAsync(token);
                await transaction.CommitAsync(token);
                return result;
            },
            cancellationToken);
    }

    /// <summary>Whether another transaction got there first: a version that moved, a key that was taken, a deadlock.</summary>
    private static bool LostARace(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case DbUpdateConcurrencyException:
                case PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected }:
                case SqlException { Number: 1205 or 2601 or 2627 or 3960 }:
                case SqliteException { SqliteErrorCode: 5 or 6 }:
                case SqliteException { SqliteExtendedErrorCode: 1555 or 2067 }:
                    return true;
                default:
                    break;
            }
        }

        return false;
    }

    [LoggerMessage(LogLevel.Debug, "Attempt {Attempt} lost a race ({Cause}) and starts again")]
    private partial void Lost(int attempt, string cause);
}
