using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.AspNetCore.Identity;

namespace Marketplace.Infrastructure.Identity;

/// <summary>Somebody who signs in with a password.</summary>
public sealed class Person : IdentityUser<Guid>
{
    public required Id<Organization> OrganizationId { get; init; }
    public required Role Role { get; set; }
    public Duty Duty { get; set; }

    /// <summary>What audit entries and logs call the person: nothing that tells who it is once the account is erased.</summary>
    internal string Actor => Id.ToString("N");
}

/// <summary>A program that gets tokens with a secret, of which only the hash is kept.</summary>
internal sealed class ApiClient
{
    public required string ClientId { get; init; }
    public required string Name { get; init; }
    public required Id<Organization> OrganizationId { get; init; }
    public required Role Role { get; init; }
    public Duty Duty { get; init; }
    public string SecretHash { get; set; } = "";

    /// <summary>The secret before the last rotation, while it is still good.</summary>
    public string? PreviousSecretHash { get; set; }

    public DateTimeOffset? PreviousSecretUntil { get; set; }

    /// <summary>Stands in every token; a new one ends those that have the old.</summary>
    public string Stamp { get; set; } = Guid.NewGuid().ToString("N");

    public int FailedAttempts { get; set; }

    /// <summary>Real time, not the market's.</summary>
    public DateTimeOffset? LockedUntil { get; set; }
}

/// <summary>A key of the data protection ring, as its XML: with these every process reads every other's tokens.</summary>
internal sealed class StoredKey
{
    public required string Name { get; init; }
    public required string Xml { get; init; }
}
