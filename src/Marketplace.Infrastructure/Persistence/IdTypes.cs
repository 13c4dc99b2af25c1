using Marketplace.Application;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>Every type that an <see cref="Id{T}"/> in a table names.</summary>
internal static class IdTypes
{
    public static IReadOnlyList<Type> All { get; } =
    [
        .. typeof(IMarketplaceDb).GetProperties()
            .Where(set => set.PropertyType.IsGenericType && set.PropertyType.GetGenericTypeDefinition() == typeof(DbSet<>))
            .SelectMany(set => set.PropertyType.GetGenericArguments()[0].GetProperties())
            .Select(property => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>))
            .Select(type => type.GetGenericArguments()[0])
            .Distinct(),
    ];
}
