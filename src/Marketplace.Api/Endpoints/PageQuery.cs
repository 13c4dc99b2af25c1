using Marketplace.Application.Pipeline;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace.Api.Endpoints;

/// <summary><c>?limit=&amp;cursor=</c> of every list.</summary>
internal readonly record struct PageQuery([FromQuery(Name = "limit")] string? Limit, [FromQuery(Name = "cursor")] string? Cursor)
{
    /// <summary>A limit that isn't a number is out of bounds like any other.</summary>
    public PageRequest ToPage() => new(Limit is null ? null : int.TryParse(Limit, System.Globalization.CultureInfo.InvariantCulture, out var limit) ? limit : 0, Cursor);
}
