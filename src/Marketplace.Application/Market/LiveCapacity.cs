using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Application.Market;

/// <summary>
/// What the market has to sell, in this process's memory. Before each use it follows the database's log of changes, whichever
/// process made them, and reads those nodes again. A hint only, however fresh: booking looks again, inside its transaction.
/// </summary>
public sealed class LiveCapacity(IServiceScopeFactory scopes, MarketClock clock) : IDisposable
{
    /// <summary>How long a number that is missing in the log may still be committed; real time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Where more nodes than that changed, all are read anew.</summary>
    private const int MaxChanges = 20_000;

    private readonly ReaderWriterLockSlim _access = new();
    private readonly SemaphoreSlim _following = new(1, 1);
    private readonly Dictionary<long, DateTimeOffset> _missing = [];
    private readonly RecentDemands _demands = new();
    private CapacityIndex? _index;
    private long _seen;
    private int _rounds;
    private int _judgedOn;
    private int _followed;

    /// <summary>Asks something of the market as it is committed now.</summary>
    public async Task<T> ReadAsync<T>(Func<CapacityIndex, PackV?, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        await FollowAsync(cancellationToken);
        return ReadAgain(read);
    }

    /// <summary>Asks something more of the market, as it was when this process last followed it.</summary>
    public T ReadAgain<T>(Func<CapacityIndex, PackV?, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        _access.EnterReadLock();
        try
        {
            return _demands.Use(placement => read(_index!, placement));
        }
        finally
        {
            _access.ExitReadLock();
        }
    }

    /// <summary>Notes what was asked for, so that placing learns from it.</summary>
    public void Observe(Demand demand)
    {
        _access.EnterReadLock();
        try
        {
            _demands.Observe(demand, _index);
        }
        finally
        {
            _access.ExitReadLock();
        }
    }

    public void Dispose()
    {
        _access.Dispose();
        _following.Dispose();
    }

    /// <summary>A round that began after this was called serves as well as one of its own.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var begun = Volatile.Read(ref _rounds);
        await _following.WaitAsync(cancellationToken);
        try
        {
            if (_followed > begun)
            {
                return;
            }

            var round = ++_rounds;
            await using var scope = scopes.CreateAsyncScope();
            var services = scope.ServiceProvider;
            await services.GetRequiredService<IUnitOfWork>().ReadAsync(
                async token =>
                {
                    await RoundAsync(services.GetRequiredService<IMarketplaceDb>(), token);
                    await JudgeCentersAsync(services.GetRequiredService<CenterAvailability>(), token);
                    return Done.Value;
                },
                cancellationToken);
            _followed = round;
        }
        finally
        {
            _following.Release();
        }
    }

    /// <summary>Once in a day of the market's: what was metered moves slowly.</summary>
    private async Task JudgeCentersAsync(CenterAvailability availability, CancellationToken cancellationToken)
    {
        var day = Hour.Containing(clock.GetUtcNow()).Number / 24;
        if (day != _judgedOn)
        {
            var judged = await availability.ReadAsync(null, cancellationToken);
            Change(() => _index!.PutAvailability(judged));
            _judgedOn = day;
        }
    }

    private async Task RoundAsync(IMarketplaceDb db, CancellationToken cancellationToken)
    {
        var loader = new CapacityLoader(db, Hour.Containing(clock.GetUtcNow()));
        var news = _index is null ? null : await NewsAsync(db, cancellationToken);
        if (news is null || news.Count > MaxChanges || news.Any(change => change.NodeId is null))
        {
            await RebuildAsync(db, loader, cancellationToken);
            return;
        }

        if (news.Count > 0)
        {
            var offers = new List<(Id<Node> Node, Offer[] Offers)>();
            await loader.UpdateAsync(_index!.Catalogue, [.. news.Select(change => change.NodeId!.Value).Distinct()], (node, some) => offers.Add((node, some)), cancellationToken);
            Change(() => offers.ForEach(node => _index!.Put(node.Node, node.Offers)));
            Note(news.Select(change => change.Number));
        }
    }

    private async Task RebuildAsync(IMarketplaceDb db, CapacityLoader loader, CancellationToken cancellationToken)
    {
        // What is under way with a lower number isn't in what is read here: it is one of those that are missing.
        var last = await db.CapacityChanges.MaxAsync(change => (long?)change.Number, cancellationToken) ?? 0;
        var committed = await db.CapacityChanges.Where(change => change.Number > last - CapacityLog.Lookback).Select(change => change.Number).Order().ToListAsync(cancellationToken);
        var index = await loader.AllAsync(cancellationToken);
        var before = await db.Enquiries.IgnoreQueryFilters().AsNoTracking().OrderByDescending(enquiry => enquiry.Id)
            .Select(enquiry => enquiry.Demand).Take(RecentDemands.Kept).ToListAsync(cancellationToken);
        Change(() =>
        {
            _index = index;
            _judgedOn = 0;
            _missing.Clear();
            _seen = Math.Max(0, last - CapacityLog.Lookback);
            Note(committed);
            _demands.Restart(Enumerable.Reverse(before), index);
        });
    }

    /// <returns>What was logged since the last round; null where the log was forgotten further than it was read.</returns>
    private async Task<List<CapacityChange>?> NewsAsync(IMarketplaceDb db, CancellationToken cancellationToken)
    {
        var (seen, late) = (_seen, _missing.Keys.ToArray());
        var news = await db.CapacityChanges.AsNoTracking()
            .Where(change => change.Number > seen || EF.Parameter(late).Contains(change.Number)).OrderBy(change => change.Number)
            .Take(MaxChanges + 1).ToListAsync(cancellationToken);
        return news.Count > 0 && news[^1].Number - seen > MaxChanges ? null : news;
    }

    /// <summary>Remembers how far the log was read, and the numbers below that may still come.</summary>
    /// <param name="numbers">That were committed, in their order.</param>
    private void Note(IEnumerable<long> numbers)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var number in _missing.Where(missing => missing.Value < now).Select(missing => missing.Key).ToList())
        {
            _missing.Remove(number);
        }

        foreach (var number in numbers)
        {
            _missing.Remove(number);
            for (; _seen < number; _seen++)
            {
                if (_seen + 1 < number)
                {
                    _missing[_seen + 1] = now + Patience;
                }
            }
        }
    }

    private void Change(Action change)
    {
        _access.EnterWriteLock();
        try
        {
            change();
        }
        finally
        {
            _access.ExitWriteLock();
        }
    }
}
