using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Accepts a quote: cards and money are held together, or nothing is.</summary>
public sealed record PlaceOrder(Id<Quote>? QuoteId) : ICommand<OrderAnswer>;

public sealed class PlaceOrderValidator : AbstractValidator<PlaceOrder>
{
    public PlaceOrderValidator() => RuleFor(request => request.QuoteId).Required();
}

public sealed class PlaceOrderHandler(IMarketplaceDb db, RequestContext context, OrderPlacement orders, MarketClock clock) : IRequestHandler<PlaceOrder, OrderAnswer>
{
    public async Task<OrderAnswer> Handle(PlaceOrder request, CancellationToken cancellationToken)
    {
        var buyer = context.Caller.OrganizationId;
        var quote = await db.Quotes.SingleOrDefaultAsync(q => q.Id == request.QuoteId && q.BuyerId == buyer, cancellationToken)
            ?? throw SharedErrors.NotFound("quote");
        return await orders.PlaceAsync(quote, clock.GetUtcNow(), cancellationToken);
    }
}
