using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <param name="Day">The local day on which the orders were placed.</param>
/// <param name="Region">The province of the centres, two digits of GB/T 2260.</param>
/// <param name="CardHours">In whole cards, up to six decimals.</param>
/// <param name="PricePerPflopsHour">Of 1000 dense FP16 teraFLOPS for an hour.</param>
public sealed record PriceIndexAnswer(DateOnly Day, string Accelerator, string Region, string CardHours, Price PricePerCardHour, Price PricePerPflopsHour);

/// <summary>The published price index, the newest day first.</summary>
/// <param name="Region">A prefix of region codes; the index is by province, so its first two digits count.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day, included.</param>
public sealed record ListPriceIndex(PageRequest Page, string? Accelerator, string? Region, DateOnly? From, DateOnly? To) : IQuery<Page<PriceIndexAnswer>>, IPaged;

public sealed class ListPriceIndexValidator : AbstractValidator<ListPriceIndex>
{
    public ListPriceIndexValidator()
    {
        RuleFor(request => request.Region).Must(region => region is null || RegionCode.IsPrefix(region))
            .WithMessage("must be a prefix of region codes: two, four or six digits (GB/T 2260)");
    }
}

public sealed class ListPriceIndexHandler(IMarketplaceDb db) : IRequestHandler<ListPriceIndex, Page<PriceIndexAnswer>>
{
    public async Task<Page<PriceIndexAnswer>> Handle(ListPriceIndex request, CancellationToken cancellationToken)
    {
        var province = request.Region is null ? null : RegionCode.Province(request.Region);
        var entries = db.PriceIndex.AsNoTracking().Where(entry =>
            (request.Accelerator == null || entry.Accelerator == request.Accelerator)
            && (province == null || entry.Region == province)
            && (request.From == null || entry.Day >= request.From)
            && (request.To == null || entry.Day <= request.To));
        var page = await entries.NewestFirstAsync(request.Page, entry => entry.Id, cancellationToken);
        return page.Select(entry => new PriceIndexAnswer(
            entry.Day, entry.Accelerator, entry.Region, entry.Volume.ToCardHours(), entry.PricePerCardHour, entry.PricePerPflopsHour));
    }
}
