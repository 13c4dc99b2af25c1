using Marketplace.Application.Market;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace.Api.Endpoints;

/// <summary>Which orders are listed.</summary>
internal readonly record struct OrderQuery(
    [FromQuery(Name = "status")] string? Status, [FromQuery(Name = "from")] string? From, [FromQuery(Name = "to")] string? To,
    [FromQuery(Name = "accelerator")] string? Accelerator, [FromQuery(Name = "organizationId")] string? OrganizationId, [FromQuery(Name = "sellerId")] string? SellerId)
{
    public OrderFilter ToFilter() => new(
        QueryText.Name<OrderStatus>(Status, "status"), QueryText.Instant(From, "from"), QueryText.Instant(To, "to"), Accelerator,
        QueryText.Id<Organization>(OrganizationId), QueryText.Id<Organization>(SellerId));
}
