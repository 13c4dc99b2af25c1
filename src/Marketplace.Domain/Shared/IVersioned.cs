namespace Marketplace.Domain.Shared;

/// <summary>
/// A row whose every change must build on the version it read: two transactions that read the same version can't both
/// save. Whoever changes such a row counts its version up.
/// </summary>
public interface IVersioned
{
    long Version { get; set; }
}
