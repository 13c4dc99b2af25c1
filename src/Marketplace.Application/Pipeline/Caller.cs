using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Pipeline;

/// <summary>What somebody may do. The first three are an organization's kind, the others belong to the platform.</summary>
public enum Role
{
    Provider,
    Enterprise,
    Authority,

    /// <summary>Reads everything, changes nothing.</summary>
    Auditor,

    Admin,

    /// <summary>The product itself, in jobs and at start.</summary>
    System,
}

/// <summary>What somebody does within the organization. The endpoints ask for it; the rows are the same for all of them.</summary>
public enum Duty
{
    /// <summary>All that the organization may do, and who else acts for it.</summary>
    Owner,

    /// <summary>The organization's business, but not its clients and people.</summary>
    Operator,

    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Reports usage, and reads whose cards it meters: what stands in a machine hall.</summary>
    Meter,
}

/// <summary>On whose behalf a request runs.</summary>
/// <param name="Actor">The client, person or job, as audit entries name it.</param>
/// <param name="Role">What it may do.</param>
/// <param name="OrganizationId">Whose rows it sees.</param>
public sealed record Caller(string Actor, Role Role, Id<Organization> OrganizationId)
{
    public static readonly Caller System = new("system", Role.System, default);

    /// <summary>Nobody: sees no row.</summary>
    public static readonly Caller Anonymous = new("anonymous", Role.Enterprise, default);

    public bool SeesAll => Role is Role.Admin or Role.Auditor or Role.System;

    public bool Is(Id<Organization> organization) => !organization.IsNone && OrganizationId == organization;
}

/// <summary>What a request carries beside its body. One for each scope.</summary>
public sealed class RequestContext
{
    public Caller Caller { get; set; } = Caller.Anonymous;

    /// <summary>The client's own key for this write, if it sent one.</summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>Whether what runs was proposed by one admin and is being approved by another.</summary>
    public bool Approves { get; set; }

    /// <summary>Whether the answer is the stored one of an earlier request with the same key.</summary>
    public bool Replayed { get; set; }

    /// <summary>Fields of the body that couldn't be read at all; validation reports them with its own.</summary>
    public IReadOnlyDictionary<string, string[]> UnreadableFields { get; set; } = new Dictionary<string, string[]>();
}
