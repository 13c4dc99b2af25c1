using FluentValidation;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

public sealed record DifferingInvoice(Id<Invoice> InvoiceId, string FirstDifference);

public sealed record ReplayAnswer(int Invoices, int Identical, IReadOnlyList<DifferingInvoice> Differing);

/// <summary>Makes every invoice of a period again and compares it with what was issued. Changes nothing.</summary>
public sealed record ReplayInvoices(Period? Period) : IQuery<ReplayAnswer>;

public sealed class ReplayInvoicesValidator : AbstractValidator<ReplayInvoices>
{
    public ReplayInvoicesValidator() => RuleFor(request => request.Period).Required();
}

public sealed class ReplayInvoicesHandler(IMarketplaceDb db, Replayer replayer) : IRequestHandler<ReplayInvoices, ReplayAnswer>
{
    private const int PageSize = 200;

    public async Task<ReplayAnswer> Handle(ReplayInvoices request, CancellationToken cancellationToken)
    {
        var (count, after) = (0, Id<Invoice>.None);
        var differing = new List<DifferingInvoice>();
        while (true)
        {
            var page = await db.Invoices.AsNoTracking().Include(invoice => invoice.Lines)
                .Where(invoice => invoice.Period == request.Period && invoice.Id > after).OrderBy(invoice => invoice.Id).Take(PageSize).ToListAsync(cancellationToken);
            if (page.Count == 0)
            {
                return new(count, count - differing.Count, differing);
            }

            foreach (var invoice in page)
            {
                if (await replayer.FirstDifferenceAsync(invoice, cancellationToken) is { } difference)
                {
                    differing.Add(new(invoice.Id, difference));
                }
            }

            (count, after) = (count + page.Count, page[^1].Id);
        }
    }
}
