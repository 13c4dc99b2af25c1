using Marketplace.Domain.Metering;

namespace Marketplace.Application.Metering;

/// <summary>The database's own bulk path for readings, past the change tracker: they are many, and are only ever added.</summary>
public interface IReadingStore
{
    /// <summary>
    /// Adds readings in the transaction that is under way, which also has to have an audit entry of them. A reading whose
    /// identity is taken meanwhile is a race that was lost, as in any save: the unit of work runs everything again.
    /// </summary>
    Task AddAsync(IReadOnlyList<Reading> readings, CancellationToken cancellationToken);
}
