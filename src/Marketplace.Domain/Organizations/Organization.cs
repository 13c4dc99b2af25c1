using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Organizations;

public enum OrganizationKind
{
    /// <summary>The marketplace itself. There is one.</summary>
    Platform,

    /// <summary>Lists capacity.</summary>
    Provider,

    /// <summary>Buys capacity, holds vouchers, may resell what it bought.</summary>
    Enterprise,

    /// <summary>The body behind voucher programmes.</summary>
    Authority,
}

/// <summary>For VAT: which row of the rate table the organization's sales fall in.</summary>
public enum Taxpayer
{
    General,
    Small,
}

/// <summary>
/// One controller of one organization, so that related parties are found by an index and not by reading all organizations.
/// </summary>
public sealed class OrganizationController
{
    public required Id<Organization> OrganizationId { get; init; }

    /// <summary>Its credit code or name, as <see cref="NameOf"/> writes it.</summary>
    public required string Controller { get; init; }

    /// <summary>Names that differ in their case only are one.</summary>
    public static string NameOf(string controller) => controller.ToUpperInvariant();

    /// <summary>One row a controller.</summary>
    public static IEnumerable<OrganizationController> Of(Organization organization)
    {
        ArgumentNullException.ThrowIfNull(organization);
        return organization.Controllers.Select(NameOf).Distinct().Select(controller => new OrganizationController { OrganizationId = organization.Id, Controller = controller });
    }
}

/// <summary>A party of the market, known by its unified social credit code.</summary>
public sealed class Organization
{
    public const int MaxTraits = 20;
    public const int MaxControllers = 20;

    public required Id<Organization> Id { get; init; }
    public required string Name { get; set; }
    public required OrganizationKind Kind { get; init; }
    public required CreditCode CreditCode { get; init; }

    /// <summary>GB/T 2260, six digits.</summary>
    public required string RegionCode { get; set; }

    public required DateOnly EstablishedOn { get; init; }

    /// <summary>What programmes ask of applicants, such as <c>sme</c> or <c>tech-sme</c>.</summary>
    public required IReadOnlyList<string> Traits { get; set; }

    public required Taxpayer Taxpayer { get; set; }

    /// <summary>Who controls the organization: credit codes or names. Organizations that share one are related parties.</summary>
    public required IReadOnlyList<string> Controllers { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Whether the two are one party for a programme's rules: the same organization, one controlling the other, or a
    /// controller in common.
    /// </summary>
    public bool IsRelatedTo(Organization other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Id == other.Id
            || Controllers.Contains(other.CreditCode.Value)
            || other.Controllers.Contains(CreditCode.Value)
            || Controllers.Intersect(other.Controllers, StringComparer.OrdinalIgnoreCase).Any();
    }
}
