using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <param name="ItemName">项目名称, with the tax category between asterisks.</param>
/// <param name="Specification">规格型号.</param>
/// <param name="Unit">单位.</param>
/// <param name="Quantity">数量.</param>
/// <param name="Amount">金额, without VAT.</param>
/// <param name="TaxRate">税率/征收率.</param>
/// <param name="Tax">税额.</param>
/// <param name="Discount">Whether it is a discount line (折扣行), which stands below the line that it lowers.</param>
public sealed record EInvoiceLine(string ItemName, string Specification, string Unit, string Quantity, Money Amount, Ratio TaxRate, Money Tax, bool Discount);

/// <summary>
/// The fields of a fully digital invoice (数电票) that an invoice gives, for the seller's invoicing software: those that 国家税务
/// 总局公告2024年第11号, article 3, names, but for the number, the code to scan and the person, which the tax service adds.
/// </summary>
/// <param name="TotalAmount">合计 of the amounts without VAT.</param>
/// <param name="TotalTax">合计 of the VAT.</param>
/// <param name="TotalWithTax">价税合计.</param>
/// <param name="Remark">备注: our own number and period, so that the two documents find each other.</param>
public sealed record EInvoiceAnswer(
    string InvoiceType, DateOnly IssueDate, string SellerName, string SellerTaxId, string BuyerName, string BuyerTaxId, IReadOnlyList<EInvoiceLine> Lines, Money TotalAmount, Money TotalTax,
    Money TotalWithTax, string Remark);

public sealed record GetEInvoice(Id<Invoice> Id) : IQuery<EInvoiceAnswer>;

public sealed class GetEInvoiceHandler(IMarketplaceDb db, MarketplaceSettings settings) : IRequestHandler<GetEInvoice, EInvoiceAnswer>
{
    public async Task<EInvoiceAnswer> Handle(GetEInvoice request, CancellationToken cancellationToken)
    {
        var invoice = await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("invoice");
        Id<Organization>[] ids = [invoice.SellerId, invoice.OrganizationId];
        var parties = await db.Organizations.IgnoreQueryFilters().AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, cancellationToken);
        var legIds = invoice.Lines.Select(line => line.LegId).Distinct().ToList();
        var accelerators = await db.Legs.IgnoreQueryFilters().AsNoTracking().Where(leg => legIds.Contains(leg.Id)).ToDictionaryAsync(leg => leg.Id, leg => leg.Accelerator, cancellationToken);
        var (seller, buyer) = (parties[invoice.SellerId], parties[invoice.OrganizationId]);
        return new(
            invoice.SellerTaxpayer == Taxpayer.General ? "special" : "ordinary", settings.Time.Day(invoice.IssuedAt), seller.Name, seller.CreditCode.Value, buyer.Name, buyer.CreditCode.Value,
            [.. invoice.Lines.OrderBy(line => line.Position).Select(line => new EInvoiceLine(
                ItemOf(line), accelerators[line.LegId], line.Unit == LineUnit.CardHour ? "卡时" : "百万词元", line.QuantityText(), line.Net, line.VatRate, line.Vat, line.Amount.IsNegative))],
            invoice.Net, invoice.Vat, invoice.Total, $"{invoice.Number} {invoice.Period}");
    }

    private static string ItemOf(InvoiceLine line) => line.Kind switch
    {
        LineKind.Outage => "*信息技术服务*算力服务（故障抵减）",
        LineKind.Tokens => "*信息技术服务*模型推理服务",
        _ => "*信息技术服务*算力服务",
    };
}
