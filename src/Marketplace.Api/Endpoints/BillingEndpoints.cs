using Marketplace.Api.Http;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class BillingEndpoints
{
    public static void MapBilling(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1").WithTags("Billing");
        MapInvoices(group);
        group.MapPost("/billing-runs", (Body<RunBilling> body, IMediator mediator, CancellationToken token) => mediator.OkAsync(body.Value, token))
            .Produces<BillingRunAnswer>().RequireAuthorization(Policies.Admin).DisableRequestTimeout().WithSummary("Close, bill and settle a period that is over");
        group.MapGet("/statements", StatementAsync)
            .Produces<StatementAnswer>().WithSummary("A buyer's invoices and credit notes of a period on one page; with format=csv or html as a file");
        group.MapGet("/credit-notes", ([AsParameters] PageQuery page, string? invoiceId, string? period, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListCreditNotes(
                    page.ToPage(), QueryText.Id<Invoice>(invoiceId), QueryText.Period(period, "period"), QueryText.Id<Organization>(organizationId), QueryText.Sort<CreditNoteColumn>(sort)), token))
            .Produces<Page<CreditNoteAnswer>>().WithSummary("Credit notes that the caller issued or got");
        group.MapGet("/settlements", ([AsParameters] PageQuery page, string? period, string? organizationId, bool? paid, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListSettlements(
                    page.ToPage(), QueryText.Period(period, "period"), QueryText.Id<Organization>(organizationId), paid, QueryText.Sort<SettlementColumn>(sort)), token))
            .Produces<Page<SettlementAnswer>>().WithSummary("The caller's settlements as a seller");
        group.MapPost("/settlements/{id}/payments", (string id, Body<PaySettlement> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<Settlement>.Parse(id) }, _ => "/v1/settlements", token))
            .Produces<SettlementAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("A part of a settlement was paid out");
        group.MapGet("/commission-invoices", ([AsParameters] PageQuery page, string? period, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListCommissionInvoices(
                    page.ToPage(), QueryText.Period(period, "period"), QueryText.Id<Organization>(organizationId), QueryText.Sort<CommissionInvoiceColumn>(sort)), token))
            .Produces<Page<CommissionInvoiceAnswer>>().WithSummary("The platform's invoices of its commission to the caller");
    }

    private static void MapInvoices(RouteGroupBuilder group)
    {
        group.MapGet("/invoices", ([AsParameters] PageQuery page, string? period, string? organizationId, string? side, bool? overdue, string? status, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListInvoices(
                    page.ToPage(), QueryText.Period(period, "period"), QueryText.Id<Organization>(organizationId), QueryText.Name<InvoiceSide>(side, "side"), overdue ?? false,
                    QueryText.Name<InvoiceStatus>(status, "status"), QueryText.Sort<InvoiceColumn>(sort)), token))
            .Produces<Page<InvoiceAnswer>>().WithSummary("Invoices that the caller got or issued");
        group.MapGet("/invoices/{id}", InvoiceAsync)
            .Produces<InvoiceAnswer>().WithSummary("One invoice; with .csv its lines, with .html a page to print, with .e-invoice the fields of a 数电票");
        group.MapGet("/invoices/{id}/lines/{lineId}/explain", (string id, string lineId, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ExplainLine(Id<Invoice>.Parse(id), Id<InvoiceLine>.Parse(lineId)), token))
            .Produces<LineExplanation>().WithSummary("Walk a line down to readings, and its vouchers down to rules");
        group.MapPost("/invoices/{id}/payments", (string id, Body<PayInvoice> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<Invoice>.Parse(id) }, _ => $"/v1/invoices/{id}", token))
            .Produces<InvoiceAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("A buyer's payment came in");
        group.MapPut("/invoices/{id}/tax-number", (string id, Body<SetTaxNumber> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { Id = Id<Invoice>.Parse(id) }, token))
            .Produces<InvoiceAnswer>().RequireAuthorization(Policies.Party).WithSummary("Record the tax authority's number");
        group.MapPost("/invoices/{id}/credit-notes", (string id, Body<IssueCreditNote> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { InvoiceId = Id<Invoice>.Parse(id) }, note => $"/v1/credit-notes?invoiceId={note.InvoiceId}", token))
            .Produces<CreditNoteAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("Correct an issued invoice");
    }

    /// <summary>One invoice as the end of its address asks for it.</summary>
    private static async Task<IResult> InvoiceAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        if (id.EndsWith(".e-invoice", StringComparison.Ordinal))
        {
            return await mediator.OkAsync(new GetEInvoice(Id<Invoice>.Parse(id[..^".e-invoice".Length])), cancellationToken);
        }

        if (id.EndsWith(".html", StringComparison.Ordinal))
        {
            var printed = Id<Invoice>.Parse(id[..^".html".Length]);
            return Documents.Page(await mediator.Send(new GetInvoice(printed), cancellationToken), await mediator.Send(new GetEInvoice(printed), cancellationToken));
        }

        return id.EndsWith(".csv", StringComparison.Ordinal)
            ? Documents.Csv(await mediator.Send(new GetInvoice(Id<Invoice>.Parse(id[..^4])), cancellationToken))
            : await mediator.OkAsync(new GetInvoice(Id<Invoice>.Parse(id)), cancellationToken);
    }

    private static async Task<Func<Id<Organization>, string>> NamesAsync(StatementAnswer statement, IMediator mediator, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>();
        var parties = statement.Invoices.Select(invoice => invoice.SellerId).Concat(statement.CreditNotes.Select(note => note.SellerId)).Append(statement.OrganizationId).Distinct();
        foreach (var some in parties.Chunk(GetNames.MaxIds))
        {
            foreach (var name in (await mediator.Send(new GetNames([.. some.Select(id => id.ToString())]), cancellationToken)).Items)
            {
                names[name.Id] = name.Name;
            }
        }

        return id => names.GetValueOrDefault(id.ToString(), id.ToString());
    }

    private static async Task<IResult> StatementAsync(string period, string? organizationId, string? format, IMediator mediator, CancellationToken cancellationToken)
    {
        var asked = QueryText.Period(period, "period") ?? throw InvalidRequestException.For("period", "is required");
        var statement = await mediator.Send(new GetStatement(asked, QueryText.Id<Organization>(organizationId)), cancellationToken);
        return format switch
        {
            null or "json" => Results.Json(statement, Application.Json.MarketJson.Options),
            "csv" => Documents.Csv(statement),
            "html" => Documents.Page(statement, await NamesAsync(statement, mediator, cancellationToken)),
            _ => throw new InvalidRequestException(new Dictionary<string, string[]> { ["format"] = ["must be one of json, csv, html"] }),
        };
    }
}
