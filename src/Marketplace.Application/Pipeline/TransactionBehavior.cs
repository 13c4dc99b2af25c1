using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Pipeline;

/// <summary>
/// Runs work in one database transaction and saves it. Work that lost a race (a version that moved, a key that was taken,
/// a deadlock) is run again from the start on fresh rows, a bounded number of times; so it must hold no state of its own.
/// </summary>
public interface IUnitOfWork
{
    /// <summary>How often the work that is under way was begun: 1, and one more with each race that it lost.</summary>
    int Attempt { get; }

    /// <exception cref="RuleException"><c>concurrency.conflict</c>: it lost every time.</exception>
    Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs work that only reads, all of it as of one moment, without keeping anybody from writing.</summary>
    Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}

/// <summary>A write that a client gave a key of its own, with the answer it got.</summary>
public sealed class IdempotencyRecord
{
    public const int MaxKeyLength = 200;

    public required string Actor { get; init; }
    public required string Key { get; init; }

    /// <summary>SHA-256 of the request's type and its fields.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The answer as JSON, encrypted: it may hold a secret that is shown once. Null while a request of many transactions is under way.</summary>
    public string? Answer { get; set; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>Encrypts what the database must not show in the clear.</summary>
public interface ISecretBox
{
    string Protect(string plain);

    string Unprotect(string secret);
}

/// <summary>
/// One transaction a command; a request that makes its own has none around it. With an idempotency key, the key, the request's hash and the answer are saved in that same
/// transaction, so that neither the work nor its record can be lost alone.
/// </summary>
public sealed class TransactionBehavior<TRequest, TAnswer>(
    IUnitOfWork unitOfWork, IMarketplaceDb db, RequestContext context, ISecretBox secrets, MarketClock clock)
    : IPipelineBehavior<TRequest, TAnswer>
    where TRequest : IRequest<TAnswer>
{
    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        var resumable = request is IResumable<TAnswer>;
        if (request is not ICommand<TAnswer> && !resumable)
        {
            return await next();
        }

        if (context.IdempotencyKey is not { } key)
        {
            return resumable ? await next() : await unitOfWork.ExecuteAsync(_ => next(), cancellationToken);
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(typeof(TRequest).Name + JsonSerializer.Serialize(request, MarketJson.WithHiddenFields)));
        if (resumable)
        {
            return await ResumeAsync(key, hash, next, cancellationToken);
        }

        try
        {
            return await unitOfWork.ExecuteAsync(token => OnceAsync(key, hash, next, token), cancellationToken);
        }
        catch (Exception refused) when (refused is RuleException or InvalidRequestException)
        {
            // The same request may have been under way elsewhere and committed after this one had looked for the key: then what
            // this one was refused for is that one's work, and the answer is that one's answer.
            if (await unitOfWork.ExecuteAsync(token => StoredAsync(key, hash, token), cancellationToken) is { } stored)
            {
                return stored.Value;
            }

            throw;
        }
    }

    private async Task<TAnswer> OnceAsync(string key, byte[] hash, RequestHandlerDelegate<TAnswer> next, CancellationToken cancellationToken)
    {
        if (await StoredAsync(key, hash, cancellationToken) is { } stored)
        {
            return stored.Value;
        }

        var answer = await next();
        db.IdempotencyRecords.Add(RecordOf(key, hash, Seal(answer)));
        return answer;
    }

    /// <summary>
    /// The key stands for the request from its start on, so that no other takes it meanwhile; the same one again joins in or goes on
    /// where the first died. One that is refused leaves it unused.
    /// </summary>
    private async Task<TAnswer> ResumeAsync(string key, byte[] hash, RequestHandlerDelegate<TAnswer> next, CancellationToken cancellationToken)
    {
        if (await unitOfWork.ExecuteAsync(token => StartAsync(key, hash, token), cancellationToken) is { } stored)
        {
            return stored.Value;
        }

        // The transactions within have no key of their own.
        context.IdempotencyKey = null;
        try
        {
            var answer = await next();
            return await unitOfWork.ExecuteAsync(token => FinishAsync(key, hash, answer, token), cancellationToken);
        }
        catch (Exception refused) when (refused is RuleException or InvalidRequestException)
        {
            await unitOfWork.ExecuteAsync(token => GiveUpAsync(key, token), cancellationToken);
            throw;
        }
    }

    private async Task<Stored?> StartAsync(string key, byte[] hash, CancellationToken cancellationToken)
    {
        var stored = await StoredAsync(key, hash, cancellationToken);
        if (stored is null && await RecordAsync(key, cancellationToken) is null)
        {
            db.IdempotencyRecords.Add(RecordOf(key, hash, answer: null));
        }

        return stored;
    }

    private async Task<TAnswer> FinishAsync(string key, byte[] hash, TAnswer answer, CancellationToken cancellationToken)
    {
        if (await StoredAsync(key, hash, cancellationToken) is { } stored)
        {
            return stored.Value;
        }

        var record = await RecordAsync(key, cancellationToken);
        if (record is null)
        {
            db.IdempotencyRecords.Add(record = RecordOf(key, hash, answer: null));
        }

        record.Answer = Seal(answer);
        return answer;
    }

    private async Task<Done> GiveUpAsync(string key, CancellationToken cancellationToken)
    {
        if (await RecordAsync(key, cancellationToken) is { Answer: null } record)
        {
            db.IdempotencyRecords.Remove(record);
        }

        return Done.Value;
    }

    private IdempotencyRecord RecordOf(string key, byte[] hash, string? answer) =>
        new() { Actor = context.Caller.Actor, Key = key, RequestHash = hash, Answer = answer, At = clock.GetUtcNow() };

    private Task<IdempotencyRecord?> RecordAsync(string key, CancellationToken cancellationToken)
    {
        var actor = context.Caller.Actor;
        return db.IdempotencyRecords.SingleOrDefaultAsync(record => record.Actor == actor && record.Key == key, cancellationToken);
    }

    private string Seal(TAnswer answer) => secrets.Protect(JsonSerializer.Serialize(answer, MarketJson.Options));

    /// <exception cref="RuleException"><c>idempotency.mismatch</c>: the key stands for another request.</exception>
    private async Task<Stored?> StoredAsync(string key, byte[] hash, CancellationToken cancellationToken)
    {
        if (await RecordAsync(key, cancellationToken) is not { } before)
        {
            return null;
        }

        if (!before.RequestHash.AsSpan().SequenceEqual(hash))
        {
            throw new RuleException(Refusal.Rule, "idempotency.mismatch", "This key was used for another request.");
        }

        if (before.Answer is null)
        {
            return null;
        }

        context.Replayed = true;
        return new(JsonSerializer.Deserialize<TAnswer>(secrets.Unprotect(before.Answer), MarketJson.Options)!);
    }

    private sealed record Stored(TAnswer Value);
}
