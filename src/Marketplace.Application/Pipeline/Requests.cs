using MediatR;

namespace Marketplace.Application.Pipeline;

/// <summary>A request that changes something: it runs in one transaction, and once for each idempotency key.</summary>
public interface ICommand<out TAnswer> : IRequest<TAnswer>;

/// <summary>
/// A request of many transactions, each of which counts once by what it does, so that it can be made again and goes on where it
/// stopped. Its idempotency key is kept before the first of them, and its answer after the last.
/// </summary>
public interface IResumable<out TAnswer> : IRequest<TAnswer>;

/// <summary>A request that only reads.</summary>
public interface IQuery<out TAnswer> : IRequest<TAnswer>;

/// <summary>The answer of a command that has nothing to say.</summary>
public sealed record Done
{
    public static readonly Done Value = new();
}
