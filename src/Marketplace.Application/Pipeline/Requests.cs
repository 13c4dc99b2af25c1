using MediatR;

namespace Marketplace.Application.Pipeline;

/// <summary>A request that changes something: it runs in one transaction, and once for each idempotency key.</summary>
public interface ICommand<out TAnswer> : IRequest<TAnswer>;

/// <summary>A request that only reads.</summary>
public interface IQuery<out TAnswer> : IRequest<TAnswer>;

/// <summary>The answer of a command that has nothing to say.</summary>
public sealed record Done
{
    public static readonly Done Value = new();
}
