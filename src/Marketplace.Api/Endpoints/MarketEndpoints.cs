using Marketplace.Api.Http;
using Marketplace.Application.Json;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class MarketEndpoints
{
    /// <summary>Ten thousand nodes fit.</summary>
    private const long MaxInventoryBytes = 8 * 1024 * 1024;

    public static void MapMarket(this IEndpointRouteBuilder app)
    {
        MapAccelerators(app.MapGroup("/v1/accelerators").WithTags("Market"));
        MapCenters(app.MapGroup("/v1/centers").WithTags("Market"));
        MapListings(app.MapGroup("/v1/listings").WithTags("Market"));
        app.MapPost("/v1/resales", (Body<CreateResale> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, listing => $"/v1/listings/{listing.Id}", token))
            .Produces<ListingAnswer>(201).RequireAuthorization(Policies.Enterprise).WithTags("Market").WithSummary("Resell a part of a leg that lies ahead");
        MapQuotes(app.MapGroup("/v1/quotes").WithTags("Market"));
        MapBids(app.MapGroup("/v1/bids").WithTags("Market"));
        MapOrders(app.MapGroup("/v1/orders").WithTags("Market"));
        MapFigures(app.MapGroup("/v1").WithTags("Market"));
    }

    private static void MapAccelerators(RouteGroupBuilder group)
    {
        group.MapGet("/", ([AsParameters] PageQuery page, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListAccelerators(page.ToPage(), QueryText.Sort<AcceleratorColumn>(sort)), token))
            .Produces<Page<AcceleratorAnswer>>().WithSummary("The accelerator catalogue");
        group.MapPut("/{model}", (string model, Body<PutAccelerator> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { Model = model }, token))
            .Produces<AcceleratorAnswer>().RequireAuthorization(Policies.Admin).WithSummary("Add or correct a model");
    }

    private static void MapCenters(RouteGroupBuilder group)
    {
        group.MapPost("/", (Body<CreateCenter> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, center => $"/v1/centers/{center.Id}", token))
            .Produces<CenterAnswer>(201).RequireAuthorization(Policies.Provider).WithSummary("Add a centre");
        group.MapGet("/", ([AsParameters] PageQuery page, string? name, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListCenters(page.ToPage(), QueryText.Part(name, "name"), QueryText.Sort<CenterColumn>(sort)), token))
            .Produces<Page<CenterAnswer>>().WithSummary("The caller's centres");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetCenter(Id<Center>.Parse(id)), token))
            .Produces<CenterAnswer>().WithSummary("One centre");
        group.MapGet("/{id}/reliability", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetReliability(Id<Center>.Parse(id)), token))
            .Produces<ReliabilityAnswer>().WithSummary("How a centre delivers what it sells, by month, for everybody");
        group.MapPost("/{id}/nodes", (string id, NodesBody body, IMediator mediator, CancellationToken token) => body.ByRowAsync(() =>
                mediator.CreatedAsync(body.Value with { CenterId = Id<Center>.Parse(id) }, _ => $"/v1/centers/{id}/nodes", token)))
            .Accepts<AddNodes>("application/json", "text/csv").Produces<NodesAnswer>(201)
            .RequireAuthorization(Policies.Provider).WithMetadata(new BodyLimit(MaxInventoryBytes)).WithSummary("Add nodes, all or none");
        group.MapGet("/{id}/nodes", (string id, [AsParameters] PageQuery page, string? name, string? accelerator, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListNodes(Id<Center>.Parse(id), page.ToPage(), QueryText.Part(name, "name"), accelerator, QueryText.Sort<NodeColumn>(sort)), token))
            .Produces<Page<NodeAnswer>>().WithSummary("A centre's nodes");
        group.MapGet("/{id}/nodes/{name}/legs", (string id, string name, [AsParameters] PageQuery page, string? from, string? to, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListNodeLegs(Id<Center>.Parse(id), name, QueryText.Instant(from, "from"), QueryText.Instant(to, "to"), page.ToPage()), token))
            .Produces<Page<NodeLegAnswer>>().RequireAuthorization(Policies.MeterReads).WithSummary("Which legs have which cards of a node, now or between two instants");
        group.MapPost("/{id}/nodes/{name}/withdrawals", (string id, string name, Body<WithdrawNode> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { CenterId = Id<Center>.Parse(id), Name = name }, _ => $"/v1/centers/{id}/nodes", token))
            .Produces<WithdrawalAnswer>(201).RequireAuthorization(Policies.Provider).WithSummary("Take a node or some of its cards out of the market");
    }

    private static void MapListings(RouteGroupBuilder group)
    {
        group.MapPost("/", (Body<CreateListing> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, listing => $"/v1/listings/{listing.Id}", token))
            .Produces<ListingAnswer>(201).RequireAuthorization(Policies.Provider).WithMetadata(new BodyLimit(MaxInventoryBytes)).WithSummary("Offer capacity");
        group.MapGet("/", ([AsParameters] PageQuery page, string? accelerator, string? region, string? from, string? to, string? product, string? centerId, string? sellerId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListListings(
                    page.ToPage(), accelerator, region, QueryText.Instant(from, "from"), QueryText.Instant(to, "to"), QueryText.Name<Product>(product, "product"),
                    QueryText.Id<Center>(centerId), QueryText.Id<Organization>(sellerId), QueryText.Sort<ListingColumn>(sort)), token))
            .Produces<Page<ListingAnswer>>().WithSummary("What stands on offer, of every seller");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetListing(Id<Listing>.Parse(id)), token))
            .Produces<ListingAnswer>().WithSummary("One listing");
        group.MapDelete("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.NoContentAsync(new WithdrawListing(Id<Listing>.Parse(id)), token))
            .Produces(204).RequireAuthorization(Policies.Seller).WithSummary("Withdraw what isn't sold");
    }

    private static void MapQuotes(RouteGroupBuilder group)
    {
        group.MapPost("/", async (Body<CreateQuote> body, IMediator mediator, HttpResponse response, CancellationToken token) =>
            {
                var outcome = await mediator.Send(body.Value, token);
                if (outcome.Quote is not { } quote)
                {
                    return Results.Json(outcome.Unfillable, MarketJson.Options);
                }

                response.Headers.Location = $"/v1/quotes/{quote.Id}";
                return Results.Json(quote, MarketJson.Options, statusCode: StatusCodes.Status201Created);
            })
            .Produces<QuoteAnswer>(201).Produces<UnfillableAnswer>().RequireAuthorization(Policies.Enterprise).WithSummary("Ask for a priced plan");
        group.MapGet("/", ([AsParameters] PageQuery page, string? status, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListQuotes(
                    page.ToPage(), QueryText.Name<QuoteStatus>(status, "status"), QueryText.Id<Organization>(organizationId), QueryText.Sort<QuoteColumn>(sort)), token))
            .Produces<Page<QuoteAnswer>>().WithSummary("The caller's quotes");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetQuote(Id<Quote>.Parse(id)), token))
            .Produces<QuoteAnswer>().WithSummary("One quote");
    }

    private static void MapBids(RouteGroupBuilder group)
    {
        group.MapPost("/", async (Body<CreateBid> body, IMediator mediator, HttpResponse response, CancellationToken token) =>
            {
                // Capacity that is there already may have filled it meanwhile.
                var bid = await mediator.Send(new GetBid((await mediator.Send(body.Value, token)).Id), token);
                response.Headers.Location = $"/v1/bids/{bid.Id}";
                return Results.Json(bid, MarketJson.Options, statusCode: StatusCodes.Status201Created);
            })
            .Produces<BidAnswer>(201).RequireAuthorization(Policies.Enterprise).WithSummary("Leave a standing demand with a limit price");
        group.MapGet("/", ([AsParameters] PageQuery page, string? status, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListBids(
                    page.ToPage(), QueryText.Name<BidStatus>(status, "status"), QueryText.Id<Organization>(organizationId), QueryText.Sort<BidColumn>(sort)), token))
            .Produces<Page<BidAnswer>>().WithSummary("The caller's bids");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetBid(Id<Bid>.Parse(id)), token))
            .Produces<BidAnswer>().WithSummary("One bid");
        group.MapDelete("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.NoContentAsync(new WithdrawBid(Id<Bid>.Parse(id)), token))
            .Produces(204).RequireAuthorization(Policies.Enterprise).WithSummary("Take a bid back");
    }

    private static void MapFigures(RouteGroupBuilder group)
    {
        group.MapGet("/price-index", ([AsParameters] PageQuery page, string? accelerator, string? region, string? from, string? to, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListPriceIndex(page.ToPage(), accelerator, region, QueryText.Day(from, "from"), QueryText.Day(to, "to")), token))
            .Produces<Page<PriceIndexAnswer>>().WithSummary("The price of a card-hour and a P-hour by day, model and province");
        group.MapGet("/market/statistics", (string? from, string? to, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetMarketStatistics(QueryText.Day(from, "from"), QueryText.Day(to, "to")), token))
            .Produces<MarketStatisticsAnswer>().WithSummary("What was sold in whole months, where three parties or more stand behind a figure");
    }

    private static void MapOrders(RouteGroupBuilder group)
    {
        group.MapPost("/", (Body<PlaceOrder> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, order => $"/v1/orders/{order.Id}", token))
            .Produces<OrderAnswer>(201).RequireAuthorization(Policies.Enterprise).WithSummary("Accept a quote: all its legs or none");
        group.MapGet("/", ([AsParameters] PageQuery page, [AsParameters] OrderQuery filter, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListOrders(page.ToPage(), filter.ToFilter(), QueryText.Sort<OrderColumn>(sort)), token))
            .Produces<Page<OrderAnswer>>().WithSummary("Orders that the caller bought or sold in");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetOrder(Id<Order>.Parse(id)), token))
            .Produces<OrderAnswer>().WithSummary("One order; a seller sees its own legs");
        group.MapGet("/{id}/contracts", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListContracts(Id<Order>.Parse(id), page.ToPage()), token))
            .Produces<Page<ContractAnswer>>().WithSummary("An order's contracts, one a seller; a seller sees its own");
        group.MapPut("/{id}/legs/{legId}/delivery", (string id, string legId, Body<PutDelivery> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { OrderId = Id<Order>.Parse(id), LegId = Id<Leg>.Parse(legId) }, token))
            .Produces<DeliveryAnswer>().RequireAuthorization(Policies.Seller).WithSummary("Hand over access to a leg, or declare a later hour");
        group.MapGet("/{id}/legs/{legId}/delivery", (string id, string legId, IMediator mediator, HttpResponse response, CancellationToken token) =>
            {
                response.Headers.CacheControl = "no-store";
                return mediator.OkAsync(new GetDelivery(Id<Order>.Parse(id), Id<Leg>.Parse(legId)), token);
            })
            .Produces<DeliveryAnswer>().WithSummary("A leg's delivery; its access is told to the buyer alone");
        group.MapPost("/{id}/cancel", (string id, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new CancelOrder { Id = Id<Order>.Parse(id) }, token))
            .Produces<OrderAnswer>().RequireAuthorization(Policies.Enterprise).WithSummary("Release the legs that haven't started");
    }
}
