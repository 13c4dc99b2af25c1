using Marketplace.Api.Http;
using Marketplace.Application.Ledger;
using Marketplace.Application.Pipeline;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class LedgerEndpoints
{
    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/ledger").WithTags("Ledger").RequireAuthorization(Policies.Overseer);
        group.MapGet("/trial-balance", (string? at, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetTrialBalance(QueryText.Instant(at, "at")), token))
            .Produces<TrialBalanceAnswer>().WithSummary("Every account's balance at an instant");
        group.MapGet("/postings", ([AsParameters] PageQuery page, string? account, string? partyId, string? from, string? to, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListPostings(page.ToPage(), account, QueryText.Party(partyId, "partyId"), QueryText.Instant(from, "from"), QueryText.Instant(to, "to")), token))
            .Produces<Page<PostingAnswer>>().WithSummary("Postings, the newest first");
    }
}
