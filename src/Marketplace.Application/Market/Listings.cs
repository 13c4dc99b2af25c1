using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

public sealed record OffPeakInput(int? FromHour, int? ToHour, Ratio? Factor);

public sealed record TokenPricesInput(Price? InputPerMillion, Price? OutputPerMillion);

public sealed record BenchmarkInput(string? Model, decimal? TokensPerSecondPerCard);

public sealed record ListingAnswer(
    Id<Listing> Id, Id<Organization> SellerId, Id<Center> CenterId, string RegionCode, IReadOnlyList<string> Accelerators, int Nodes, int Cards,
    Hour From, Hour To, Product Product, Price PricePerCardHour, TokenPrices? TokenPrices, OffPeak? OffPeak, int SliceMilli, int MinHours,
    IReadOnlyList<Benchmark> Benchmarks, string Status, bool Resale, Supply Supply);

/// <summary>Offers nodes of a centre over a window of hours. Without names, all of the centre's that are in the market.</summary>
public sealed record CreateListing(
    Id<Center>? CenterId, IReadOnlyList<string>? Nodes, DateTimeOffset? From, DateTimeOffset? To, Product? Product, Price? PricePerCardHour,
    TokenPricesInput? TokenPrices, OffPeakInput? OffPeak, int? SliceMilli, int? MinHours, IReadOnlyList<BenchmarkInput>? Benchmarks, Supply? Supply = null) : ICommand<ListingAnswer>, IAddsCapacity;

public sealed class CreateListingValidator : AbstractValidator<CreateListing>
{
    public const int MaxYears = 10;

    public CreateListingValidator()
    {
        RuleFor(request => request.CenterId).Required();
        RuleFor(request => request.Nodes).Words(AddNodes.Max)
            .Must(nodes => nodes is null || nodes.Count > 0).WithMessage("must name a node, or be left out for all of them");
        RuleFor(request => request.From).Required().OnTheHour();
        RuleFor(request => request.To).Required().OnTheHour()
            .Must((request, to) => to is null || request.From is null || to > request.From).WithMessage("must be after from")
            .Must((request, to) => to is null || request.From is null || to <= request.From.Value.AddYears(MaxYears)).WithMessage($"must be at most {MaxYears} years after from");
        RuleFor(request => request.Product).Required();
        RuleFor(request => request.PricePerCardHour).PositivePrice();
        RuleFor(request => request.PricePerCardHour).Required().When(request => request.Product != Domain.Market.Product.Tokens);
        RuleFor(request => request.TokenPrices).Required().When(request => request.Product == Domain.Market.Product.Tokens);
        RuleFor(request => request.TokenPrices).Null().WithMessage("goes with product tokens only")
            .When(request => request.Product is not null and not Domain.Market.Product.Tokens);
        When(request => request.TokenPrices is not null, () =>
        {
            RuleFor(request => request.TokenPrices!.InputPerMillion).Required().PositivePrice();
            RuleFor(request => request.TokenPrices!.OutputPerMillion).Required().PositivePrice();
        });
        When(request => request.OffPeak is not null, () =>
        {
            RuleFor(request => request.OffPeak!.FromHour).Required().Between(0, 23);
            RuleFor(request => request.OffPeak!.ToHour).Required().Between(0, 23)
                .Must((request, hour) => hour is null || hour != request.OffPeak!.FromHour).WithMessage("must differ from fromHour");
            RuleFor(request => request.OffPeak!.Factor).Required()
                .Must(factor => factor is null || (factor.Value > Ratio.Zero && factor.Value <= Ratio.One)).WithMessage("must be more than 0 and at most 1");
        });
        RuleFor(request => request.SliceMilli).SliceMilli()
            .Must(milli => milli is null or < 1 || Listing.WholeCard % milli == 0).WithMessage("must divide a card of 1000 without rest");
        RuleFor(request => request.MinHours).Between(1, Demand.MaxHours);
        RuleFor(request => request.Benchmarks).Must(list => list is null || list.Count <= 100).WithMessage("must have at most 100 items");
        RuleForEach(request => request.Benchmarks).ChildRules(benchmark =>
        {
            benchmark.RuleFor(b => b.Model).Text(100);
            benchmark.RuleFor(b => b.TokensPerSecondPerCard).Required().Between(0.000001m, 10_000_000m);
        });
    }
}

public sealed class CreateListingHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<CreateListing, ListingAnswer>
{
    public async Task<ListingAnswer> Handle(CreateListing request, CancellationToken cancellationToken)
    {
        var center = await db.Centers.SingleOrDefaultAsync(c => c.Id == request.CenterId, cancellationToken) ?? throw SharedErrors.NotFound("center");
        if (!context.Caller.Is(center.OwnerId))
        {
            throw SharedErrors.NotFound("center");
        }

        var listing = Make(request, center, clock.GetUtcNow());
        var nodes = await NodesAsync(request, center, cancellationToken);
        await CheckOverlapAsync(listing, nodes, cancellationToken);
        db.Listings.Add(listing);
        foreach (var node in nodes)
        {
            node.Touch();
            db.ListingNodes.Add(new() { ListingId = listing.Id, NodeId = node.Id, SellerId = listing.SellerId, From = listing.From, To = listing.To });
        }

        var answer = ListingAnswers.Of(listing, center, nodes);
        audit.Record("listing.created", ("listing", listing.Id.ToString()), listing.SellerId, answer);
        return answer;
    }

    private async Task<IReadOnlyList<Node>> NodesAsync(CreateListing request, Center center, CancellationToken cancellationToken)
    {
        var all = await db.Nodes.Where(node => node.CenterId == center.Id).ToListAsync(cancellationToken);
        if (request.Nodes is null)
        {
            var standing = all.Where(node => node.WithdrawnFrom is null).ToList();
            return standing.Count > 0 ? standing : throw MarketErrors.ListingEmpty();
        }

        var byName = all.ToDictionary(node => node.Name);
        var errors = request.Nodes.Select((name, i) => (name, i)).Where(n => !byName.ContainsKey(n.name))
            .ToDictionary(n => $"nodes[{n.i}]", _ => new[] { "is not a node of the centre" });
        return errors.Count > 0 ? throw new InvalidRequestException(errors) : [.. request.Nodes.Select(name => byName[name])];
    }

    private async Task CheckOverlapAsync(Listing listing, IReadOnlyList<Node> nodes, CancellationToken cancellationToken)
    {
        var standing = await db.ListingNodes
            .Where(other => other.Active && other.SellerId == listing.SellerId && other.From < listing.To && other.To > listing.From)
            .Where(other => db.Nodes.Any(node => node.Id == other.NodeId && node.CenterId == listing.CenterId))
            .Select(other => other.NodeId).ToListAsync(cancellationToken);
        var overlapping = standing.ToHashSet();
        if (nodes.FirstOrDefault(node => overlapping.Contains(node.Id)) is { } twice)
        {
            throw MarketErrors.ListingOverlap(twice.Name);
        }
    }

    private static Listing Make(CreateListing request, Center center, DateTimeOffset now) => new()
    {
        Id = Id<Listing>.New(now),
        SellerId = center.OwnerId,
        CenterId = center.Id,
        From = Hour.StartingAt(request.From!.Value)!.Value,
        To = Hour.StartingAt(request.To!.Value)!.Value,
        Product = request.Product!.Value,
        Supply = request.Supply ?? Domain.Market.Supply.Service,
        PricePerCardHour = request.PricePerCardHour ?? default,
        TokenPrices = request.TokenPrices is { } tokens ? new(tokens.InputPerMillion!.Value, tokens.OutputPerMillion!.Value) : null,
        OffPeak = request.OffPeak is { } offPeak ? new(offPeak.FromHour!.Value, offPeak.ToHour!.Value, offPeak.Factor!.Value) : null,
        SliceMilli = request.SliceMilli ?? Listing.WholeCard,
        MinHours = request.MinHours ?? 1,
        Benchmarks = [.. (request.Benchmarks ?? []).Select(b => new Benchmark(b.Model!, b.TokensPerSecondPerCard!.Value))],
        CreatedAt = now,
    };
}

internal static class ListingAnswers
{
    public static ListingAnswer Of(Listing listing, Center center, IReadOnlyCollection<Node> nodes) => new(
        listing.Id, listing.SellerId, listing.CenterId, center.RegionCode, [.. nodes.Select(node => node.Accelerator).Distinct().Order(StringComparer.Ordinal)],
        nodes.Count, listing.ResaleCards?.Count ?? nodes.Sum(node => node.Cards), listing.From, listing.To, listing.Product, listing.PricePerCardHour, listing.TokenPrices,
        listing.OffPeak, listing.SliceMilli, listing.MinHours, listing.Benchmarks, listing.WithdrawnAt is null ? "active" : "withdrawn", listing.IsResale, listing.Supply);
}

/// <summary>Withdraws what isn't sold. What is sold stays sold.</summary>
public sealed record WithdrawListing(Id<Listing> Id) : ICommand<Done>;

public sealed class WithdrawListingHandler(IMarketplaceDb db, ListingWithdrawal listings, AuditLog audit) : IRequestHandler<WithdrawListing, Done>
{
    public async Task<Done> Handle(WithdrawListing request, CancellationToken cancellationToken)
    {
        var listing = await db.Listings.SingleOrDefaultAsync(l => l.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("listing");
        await listings.WithdrawAsync(listing, cancellationToken);
        audit.Record("listing.withdrawn", ("listing", listing.Id.ToString()), listing.SellerId, new { listing.From, listing.To });
        return Done.Value;
    }
}

/// <summary>Takes a listing out of the market; what is sold of it stays sold.</summary>
public sealed class ListingWithdrawal(IMarketplaceDb db, MarketClock clock)
{
    public async Task WithdrawAsync(Listing listing, CancellationToken cancellationToken)
    {
        listing.Withdraw(clock.GetUtcNow());
        var rows = await db.ListingNodes.IgnoreQueryFilters().Where(row => row.ListingId == listing.Id).ToListAsync(cancellationToken);
        rows.ForEach(row => row.Active = false);

        // A booking that read the listing as standing must not commit after this.
        var ids = rows.ConvertAll(row => row.NodeId);
        await db.Nodes.IgnoreQueryFilters().Where(node => EF.Parameter(ids).Contains(node.Id)).ForEachAsync(node => node.Touch(), cancellationToken);
    }
}

/// <summary>What listings can be sorted by.</summary>
public enum ListingColumn
{
    PricePerCardHour,
    From,
    To,
}

/// <summary>What stands on offer, of every seller.</summary>
public sealed record ListListings(
    PageRequest Page, string? Accelerator, string? Region, DateTimeOffset? From, DateTimeOffset? To, Product? Product = null, Id<Center>? CenterId = null,
    Id<Organization>? SellerId = null, Sort<ListingColumn>? Sort = null) : IQuery<Page<ListingAnswer>>, IPaged;

public sealed class ListListingsValidator : AbstractValidator<ListListings>
{
    public ListListingsValidator() => RuleFor(request => request.Region)
        .Must(region => region is null || RegionCode.IsPrefix(region)).WithMessage("must be a prefix of a region code: two, four or six digits");
}

public sealed class ListListingsHandler(IMarketplaceDb db) : IRequestHandler<ListListings, Page<ListingAnswer>>
{
    public async Task<Page<ListingAnswer>> Handle(ListListings request, CancellationToken cancellationToken)
    {
        // Offers are public: everybody sees everybody's.
        var nodes = db.Nodes.IgnoreQueryFilters();
        var centers = db.Centers.IgnoreQueryFilters();
        var listed = db.ListingNodes.IgnoreQueryFilters();
        var listings = db.Listings.IgnoreQueryFilters().AsNoTracking().Where(listing => listing.WithdrawnAt == null
            && (request.Product == null || listing.Product == request.Product) && (request.CenterId == null || listing.CenterId == request.CenterId)
            && (request.SellerId == null || listing.SellerId == request.SellerId));
        if (request.From is { } from)
        {
            var hour = Hour.Containing(from);
            listings = listings.Where(listing => listing.To > hour);
        }

        if (request.To is { } to)
        {
            var hour = Hour.AtOrAfter(to);
            listings = listings.Where(listing => listing.From < hour);
        }

        if (request.Region is { } region)
        {
            listings = listings.Where(listing => centers.Any(center => center.Id == listing.CenterId && center.RegionCode.StartsWith(region)));
        }

        if (request.Accelerator is { } accelerator)
        {
            listings = listings.Where(listing => listed.Any(row => row.ListingId == listing.Id && nodes.Any(node => node.Id == row.NodeId && node.Accelerator == accelerator)));
        }

        var page = await listings.SortedAsync(
            db.Listings.IgnoreQueryFilters(), request.Page, request.Sort,
            new() { { ListingColumn.PricePerCardHour, listing => listing.PricePerCardHour }, { ListingColumn.From, listing => listing.From }, { ListingColumn.To, listing => listing.To } },
            cancellationToken);
        var ids = page.Items.Select(listing => listing.Id).ToList();
        var centerIds = page.Items.Select(listing => listing.CenterId).Distinct().ToList();
        var centerById = await centers.AsNoTracking().Where(center => centerIds.Contains(center.Id)).ToDictionaryAsync(center => center.Id, cancellationToken);
        var nodesByListing = (await (from row in listed join node in nodes on row.NodeId equals node.Id where ids.Contains(row.ListingId) select new { row.ListingId, node })
            .AsNoTracking().ToListAsync(cancellationToken)).ToLookup(pair => pair.ListingId, pair => pair.node);
        return page.Select(listing => ListingAnswers.Of(listing, centerById[listing.CenterId], [.. nodesByListing[listing.Id]]));
    }
}

/// <summary>One listing, of any seller.</summary>
public sealed record GetListing(Id<Listing> Id) : IQuery<ListingAnswer>;

public sealed class GetListingHandler(IMarketplaceDb db) : IRequestHandler<GetListing, ListingAnswer>
{
    public async Task<ListingAnswer> Handle(GetListing request, CancellationToken cancellationToken)
    {
        var listing = await db.Listings.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(l => l.Id == request.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("listing");
        var center = await db.Centers.IgnoreQueryFilters().AsNoTracking().SingleAsync(c => c.Id == listing.CenterId, cancellationToken);
        var nodes = await db.Nodes.IgnoreQueryFilters().AsNoTracking()
            .Where(node => db.ListingNodes.IgnoreQueryFilters().Any(row => row.ListingId == listing.Id && row.NodeId == node.Id)).ToListAsync(cancellationToken);
        return ListingAnswers.Of(listing, center, nodes);
    }
}
