using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>What the market answers a buyer: a plan for the demand, or why there is none and what would work instead.</summary>
/// <param name="Demand">As it was matched, in cards and hours.</param>
/// <param name="Match">The plan or the reasons.</param>
/// <param name="Basis">How the work asked for became cards and hours; null where cards were asked for.</param>
/// <param name="Alternatives">Where there is no plan.</param>
public sealed record MarketAnswer(Demand Demand, MatchResult Match, WorkBasis? Basis, IReadOnlyList<Alternative> Alternatives);

/// <summary>Matches a buyer's demands against the market as it is committed now.</summary>
public sealed class MarketMatch(IMarketplaceDb db, LiveCapacity capacity, MarketplaceSettings settings)
{
    /// <summary>The best plan, or the reasons and the nearest plans that would work.</summary>
    public async Task<MarketAnswer> AnswerAsync(Demand demand, Work? work, Id<Organization> buyer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var view = await ViewAsync(buyer, cancellationToken);
        return capacity.ReadAgain((index, placement) =>
        {
            var matcher = new Matcher(settings.Time, placement);
            var (asked, match, basis) = Match(matcher, demand, work, index, view, now);
            return new MarketAnswer(asked, match, basis, match.Plan is null ? new Alternatives(matcher).Find(asked, index, view, now) : []);
        });
    }

    /// <summary>The best plan alone, or null.</summary>
    public async Task<Plan?> PlanAsync(Demand demand, Id<Organization> buyer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var view = await ViewAsync(buyer, cancellationToken);
        return capacity.ReadAgain((index, placement) => new Matcher(settings.Time, placement).TryMatch(demand, index, view, now));
    }

    /// <summary>Whether there is a plan, without the work of finding others.</summary>
    public async Task<bool> HasPlanAsync(Demand demand, Work? work, Id<Organization> buyer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var view = await ViewAsync(buyer, cancellationToken);
        return capacity.ReadAgain((index, placement) => Match(new(settings.Time, placement), demand, work, index, view, now).Match.Plan is not null);
    }

    private static (Demand Demand, MatchResult Match, WorkBasis? Basis) Match(
        Matcher matcher, Demand demand, Work? work, CapacityIndex index, BuyerView view, DateTimeOffset now) => work is null
        ? (demand, matcher.Match(demand, index, view, now), null)
        : new WorkMatcher(matcher).Match(work, demand, index, view, now);

    /// <summary>Follows the market first, so that matching needn't once more.</summary>
    private async Task<BuyerView> ViewAsync(Id<Organization> buyer, CancellationToken cancellationToken)
    {
        var resellers = await capacity.ReadAsync((index, _) => index.Resellers.Where(id => id != buyer).ToArray(), cancellationToken);
        if (resellers.Length == 0)
        {
            return new(buyer, new HashSet<Id<Organization>>());
        }

        var organizations = db.Organizations.IgnoreQueryFilters().AsNoTracking();
        var self = await organizations.SingleAsync(o => o.Id == buyer, cancellationToken);
        var others = await organizations.Where(o => EF.Parameter(resellers).Contains(o.Id)).ToListAsync(cancellationToken);
        return new(buyer, others.Where(self.IsRelatedTo).Select(o => o.Id).ToHashSet());
    }
}
