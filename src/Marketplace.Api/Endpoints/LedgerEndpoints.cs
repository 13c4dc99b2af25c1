using Marketplace.Api.Errors;
using Marketplace.Api.Http;
using Marketplace.Application.Audit;
using Marketplace.Application.Ledger;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
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
        group.MapGet("/postings", ([AsParameters] PageQuery page, string? account, string? partyId, string? from, string? to, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListPostings(
                    page.ToPage(), account, QueryText.Party(partyId, "partyId"), QueryText.Instant(from, "from"), QueryText.Instant(to, "to"), QueryText.Sort<PostingColumn>(sort)), token))
            .Produces<Page<PostingAnswer>>().WithSummary("Postings, the newest first");
        group.MapGet("/statements", (string partyId, string? from, string? to, IMediator mediator, MarketClock clock, CancellationToken token) => mediator.OkAsync(
                new GetPartyStatement(QueryText.Party(partyId, "partyId") ?? throw InvalidRequestException.For("partyId", "is required"), QueryText.Instant(from, "from") ?? DateTimeOffset.UnixEpoch, QueryText.Instant(to, "to") ?? clock.GetUtcNow().AddTicks(TimeSpan.TicksPerMicrosecond)), token))
            .Produces<PartyStatementAnswer>().WithSummary("A party's accounts over a span of time: opening, movements, closing");
        group.MapPost("/commission-withdrawals", (Body<WithdrawCommission> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, _ => "/v1/ledger/trial-balance", token))
            .Produces<CommissionAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("The custodian paid commission to the platform");
        MapBank(app.MapGroup("/v1/bank-statements").WithTags("Ledger").RequireAuthorization(Policies.Overseer));
        app.MapGet("/v1/alerts", ([AsParameters] PageQuery page, string? code, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListAlerts(page.ToPage(), code, QueryText.Sort<AlertColumn>(sort)), token))
            .WithTags("Ledger").Produces<Page<AlertAnswer>>().WithSummary("Overdue invoices, low balances and passed budgets that the caller was told of");
    }

    private static void MapBank(RouteGroupBuilder group)
    {
        group.MapPost("/", async (HttpRequest request, IMediator mediator, CancellationToken token) =>
                await mediator.CreatedAsync(new ImportBankStatement(await RowsAsync(request, token)), _ => "/v1/bank-statements/rows", token))
            .Accepts<string>("text/csv").Produces<BankStatementAnswer>(201).RequireAuthorization(Policies.Admin).WithSummary("Import a statement of the custodian's bank")
            .WithDescription("CSV with the columns bookedOn, amount (below zero for what went out), reference, counterpartyCode, remark. Rows are booked where one thing fits; the others wait.");
        group.MapGet("/rows", ([AsParameters] PageQuery page, string? status, string? from, string? to, string? reference, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListBankRows(
                    page.ToPage(), QueryText.Name<BankRowStatus>(status, "status"), QueryText.Day(from, "from"), QueryText.Day(to, "to"), QueryText.Part(reference, "reference"),
                    QueryText.Sort<BankRowColumn>(sort)), token))
            .Produces<Page<BankRowAnswer>>().WithSummary("Rows of bank statements, the newest first");
        group.MapPost("/rows/{id}/resolutions", (string id, Body<ResolveBankRow> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<BankRow>.Parse(id) }, _ => "/v1/bank-statements/rows", token))
            .Produces<BankRowAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("Say what an unmatched row is, and book it as that");
    }

    private static async Task<IReadOnlyList<BankRowInput>> RowsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await BankStatementCsv.ReadAsync(request.Body, cancellationToken);
        }
        catch (CsvHelper.CsvFormatException malformed)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "csv.malformed", malformed.Message);
        }
    }
}
