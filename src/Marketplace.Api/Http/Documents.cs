using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using CsvHelper;
using Marketplace.Application.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Http;

/// <summary>Invoices and statements as files: CSV, and pages to print. Pages hold no script, and every text in them is encoded.</summary>
internal static class Documents
{
    private const string Style =
        "body{font:11pt/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2cm;color:#000}h1{font-size:16pt}table{border-collapse:collapse;width:100%;margin:1em 0}"
        + "th,td{border:1px solid #999;padding:3px 6px;text-align:left}td{overflow-wrap:anywhere}td.n,th.n{text-align:right;white-space:nowrap}@page{size:A4;margin:1.5cm}@media print{body{margin:0}thead{display:table-header-group}tr{break-inside:avoid}}";

    public static IResult Csv(InvoiceAnswer invoice) => Csv(
        ["invoice", "line", "kind", "order", "leg", "period", "quantity", "unit", "unitPrice", "amount", "net", "vat", "vouchers", "payable"], invoice.Lines.Select(line => LineFields(invoice, line)));

    /// <summary>Every line of every invoice of the statement, and its credit notes below zero.</summary>
    public static IResult Csv(StatementAnswer statement) => Csv(
        ["document", "number", "seller", "issuedAt", "total", "net", "vat", "vouchers", "payable", "outstanding"],
        statement.Invoices.Select(i => new[] { "invoice", i.Number, i.SellerId.ToString(), Instant(i.IssuedAt), i.Total.ToString(), i.Net.ToString(), i.Vat.ToString(), i.VoucherTotal.ToString(), i.Payable.ToString(), i.Outstanding.ToString() })
            .Concat(statement.CreditNotes.Select(n => new[] { "credit-note", n.Number, n.SellerId.ToString(), Instant(n.IssuedAt), (-n.Total).ToString(), (-n.Net).ToString(), (-n.Vat).ToString(), (-n.VoucherReturned).ToString(), (-n.Refund).ToString(), "" })));

    public static IResult Page(InvoiceAnswer invoice, EInvoiceAnswer parties) => Page(
        $"Invoice {invoice.Number}",
        Facts(
            ("Seller", $"{parties.SellerName} ({parties.SellerTaxId})"), ("Buyer", $"{parties.BuyerName} ({parties.BuyerTaxId})"), ("Period", invoice.Period.ToString()), ("Issued", Instant(invoice.IssuedAt)),
            ("Payable until", Day(invoice.DueOn)), ("Tax number", invoice.TaxNumber ?? "–"), ("Content digest (SHA-256)", invoice.ContentDigest))
        + Table(
            ["Kind", "Leg", "Quantity", "Unit", "Price", "Amount", "VAT rate", "VAT", "Vouchers", "Payable"], 2,
            invoice.Lines.Select(l => new[] { l.Kind.ToString(), l.LegId.ToString(), l.Quantity, l.Unit, l.UnitPrice.ToString(), l.Amount.ToString(), l.VatRate.ToString(), l.Vat.ToString(), l.Vouchers.Select(v => v.Amount).Aggregate(default(Money), (sum, amount) => sum + amount).ToString(), l.Payable.ToString() }))
        + Facts(("Total", invoice.Total.ToString()), ("Net", invoice.Net.ToString()), ("VAT", invoice.Vat.ToString()), ("By vouchers", invoice.VoucherTotal.ToString()), ("Payable", invoice.Payable.ToString()), ("Outstanding", invoice.Outstanding.ToString())));

    /// <param name="statement">The buyer's month.</param>
    /// <param name="nameOf">What an organization is called.</param>
    public static IResult Page(StatementAnswer statement, Func<Id<Organization>, string> nameOf) => Page(
        $"Statement {statement.Period}",
        Facts(("Buyer", nameOf(statement.OrganizationId)))
        + Table(
            ["Document", "Number", "Seller", "Issued", "Total", "Vouchers", "Payable", "Outstanding"], 4,
            statement.Invoices.Select(i => new[] { "Invoice", i.Number, nameOf(i.SellerId), Instant(i.IssuedAt), i.Total.ToString(), i.VoucherTotal.ToString(), i.Payable.ToString(), i.Outstanding.ToString() })
                .Concat(statement.CreditNotes.Select(n => new[] { "Credit note", n.Number, nameOf(n.SellerId), Instant(n.IssuedAt), (-n.Total).ToString(), (-n.VoucherReturned).ToString(), (-n.Refund).ToString(), "" })))
        + Facts(("Total", statement.Total.ToString()), ("By vouchers", statement.VoucherTotal.ToString()), ("Payable", statement.Payable.ToString()), ("Credited", statement.Credited.ToString()), ("Outstanding", statement.Outstanding.ToString())));

    private static string[] LineFields(InvoiceAnswer invoice, InvoiceLineAnswer line) =>
    [
        invoice.Number, line.Id.ToString(), line.Kind.ToString(), line.OrderId.ToString(), line.LegId.ToString(), line.UsagePeriod.ToString(), line.Quantity, line.Unit, line.UnitPrice.ToString(),
        line.Amount.ToString(), line.Net.ToString(), line.Vat.ToString(), line.Vouchers.Select(v => v.Amount).Aggregate(default(Money), (sum, amount) => sum + amount).ToString(), line.Payable.ToString(),
    ];

    private static IResult Csv(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        using var stream = new MemoryStream();
        using (var csv = CsvWriter.Create(stream, new(), leaveOpen: true))
        {
            foreach (var row in rows.Prepend(header))
            {
                foreach (var field in row)
                {
                    csv.WriteField(field);
                }

                csv.EndRecord();
            }
        }

        return Results.Text(Encoding.UTF8.GetString(stream.ToArray()), "text/csv; charset=utf-8");
    }

    private static IResult Page(string title, string body) => new HtmlPage(
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Encode(title)}</title><style>{Style}</style></head><body><h1>{Encode(title)}</h1>{body}</body></html>");

    private static string Facts(params (string Name, string Value)[] facts) =>
        "<table>" + string.Concat(facts.Select(fact => $"<tr><th>{Encode(fact.Name)}</th><td>{Encode(fact.Value)}</td></tr>")) + "</table>";

    /// <param name="words">How many columns hold words; the others hold figures.</param>
    private static string Table(IReadOnlyList<string> header, int words, IEnumerable<IReadOnlyList<string>> rows)
    {
        string Cell(string tag, string text, int column) => $"<{tag}{(column < words ? "" : " class=\"n\"")}>{Encode(text)}</{tag}>";
        string Row(string tag, IReadOnlyList<string> row) => "<tr>" + string.Concat(row.Select((text, column) => Cell(tag, text, column))) + "</tr>";
        return $"<table><thead>{Row("th", header)}</thead><tbody>{string.Concat(rows.Select(row => Row("td", row)))}</tbody></table>";
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A page that may load and run nothing.</summary>
    private sealed class HtmlPage(string html) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
            httpContext.Response.Headers.XContentTypeOptions = "nosniff";
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            return httpContext.Response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
