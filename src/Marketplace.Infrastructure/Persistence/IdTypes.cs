using Marketplace.Domain.Shared;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>Every type that an <see cref="Id{T}"/> of the domain names.</summary>
internal static class IdTypes
{
    public static IReadOnlyList<Type> All { get; } =
    [
        .. typeof(Id<>).Assembly.GetTypes()
            .SelectMany(type => type.GetProperties())
            .Select(property => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>) && !type.ContainsGenericParameters)
            .Select(type => type.GetGenericArguments()[0])
            .Distinct(),
    ];
}
