using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>What is asked of the log of changes beside the changes themselves.</summary>
internal static class CapacityLog
{
    /// <summary>A change may be committed after others whose numbers are higher, but not by more than this.</summary>
    public const int Lookback = 10_000;

    /// <summary>
    /// How far the log is: rises with every change that is committed, also with one whose number is lower than those before it.
    /// </summary>
    public static async Task<long> MarkAsync(IMarketplaceDb db, CancellationToken cancellationToken)
    {
        var last = await db.CapacityChanges.MaxAsync(change => (long?)change.Number, cancellationToken) ?? 0;

        // Where the last one is higher by n, at most n fall out of those that are counted.
        return last + await db.CapacityChanges.LongCountAsync(change => change.Number > last - Lookback && change.Number <= last, cancellationToken);
    }
}
