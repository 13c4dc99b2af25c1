using System.Text;
using CsvHelper;
using Marketplace.Api.Http;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
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
        group.MapGet("/statements", (string period, string? organizationId, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetStatement(QueryText.Period(period, "period") ?? default, Organization(organizationId)), token))
            .Produces<StatementAnswer>().WithSummary("A buyer's invoices and credit notes of a period on one page");
        group.MapGet("/credit-notes", ([AsParameters] PageQuery page, string? invoiceId, string? period, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListCreditNotes(page.ToPage(), invoiceId is null ? null : Id<Invoice>.Parse(invoiceId), QueryText.Period(period, "period")), token))
            .Produces<Page<CreditNoteAnswer>>().WithSummary("Credit notes that the caller issued or got");
        group.MapGet("/settlements", ([AsParameters] PageQuery page, string? period, string? organizationId, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListSettlements(page.ToPage(), QueryText.Period(period, "period"), Organization(organizationId)), token))
            .Produces<Page<SettlementAnswer>>().WithSummary("The caller's settlements as a seller");
        group.MapPost("/settlements/{id}/payments", (string id, Body<PaySettlement> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<Settlement>.Parse(id) }, _ => "/v1/settlements", token))
            .Produces<SettlementAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("The buyers' part was paid out");
    }

    private static void MapInvoices(RouteGroupBuilder group)
    {
        group.MapGet("/invoices", ([AsParameters] PageQuery page, string? period, string? organizationId, string? side, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListInvoices(page.ToPage(), QueryText.Period(period, "period"), Organization(organizationId), QueryText.Name<InvoiceSide>(side, "side")), token))
            .Produces<Page<InvoiceAnswer>>().WithSummary("Invoices that the caller got or issued");
        group.MapGet("/invoices/{id}", async (string id, IMediator mediator, CancellationToken token) => id.EndsWith(".csv", StringComparison.Ordinal)
                ? Csv(await mediator.Send(new GetInvoice(Id<Invoice>.Parse(id[..^4])), token))
                : await mediator.OkAsync(new GetInvoice(Id<Invoice>.Parse(id)), token))
            .Produces<InvoiceAnswer>().WithSummary("One invoice; with .csv its lines");
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

    private static Id<Organization>? Organization(string? id) => id is null ? null : Id<Organization>.Parse(id);

    private static IResult Csv(InvoiceAnswer invoice)
    {
        using var stream = new MemoryStream();
        using (var csv = CsvWriter.Create(stream, new(), leaveOpen: true))
        {
            void Row(params string[] fields)
            {
                foreach (var field in fields)
                {
                    csv.WriteField(field);
                }

                csv.EndRecord();
            }

            Row("invoice", "line", "kind", "order", "leg", "period", "quantity", "unit", "unitPrice", "amount", "net", "vat", "vouchers", "payable");
            foreach (var line in invoice.Lines)
            {
                Row(
                    invoice.Number, line.Id.ToString(), line.Kind.ToString(), line.OrderId.ToString(), line.LegId.ToString(), line.UsagePeriod.ToString(), line.Quantity, line.Unit,
                    line.UnitPrice.ToString(), line.Amount.ToString(), line.Net.ToString(), line.Vat.ToString(), line.Vouchers.Sum(v => v.Amount).ToString(), line.Payable.ToString());
            }
        }

        return Results.Text(Encoding.UTF8.GetString(stream.ToArray()), "text/csv; charset=utf-8");
    }
}
