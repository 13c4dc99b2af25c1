using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>An applicant's word for what no register shows. Each has to be given.</summary>
public sealed record ApplicationDeclarations
{
    /// <summary>The compute is for the applicant's own use: not given on, sold or lent.</summary>
    public bool OwnUse { get; init; }

    /// <summary>The applicant and its providers are unrelated.</summary>
    public bool Unrelated { get; init; }

    /// <summary>Nothing of it is funded twice.</summary>
    public bool NoDuplicate { get; init; }
}

/// <summary>Public money that somebody else gives for the same purpose.</summary>
public sealed record OutsideMoney(string Source, Money Amount);

/// <summary>What an applicant says, and may change until it is submitted.</summary>
public sealed record ApplicationContent
{
    /// <summary>The face asked for, more than 0.</summary>
    public required Money Amount { get; init; }

    public required ApplicationDeclarations Declarations { get; init; }
    public required IReadOnlyList<OutsideMoney> PublicMoneyFromOutside { get; init; }

    /// <summary>The contract that the money is for, where there is one already.</summary>
    public string? ContractNumber { get; init; }

    /// <summary>What a programme goes by that serves applicants in the order of contract signing.</summary>
    public DateOnly? ContractSignedOn { get; init; }
}

/// <summary>A piece of evidence that lies elsewhere: what it is, its digest and its address.</summary>
public sealed class ApplicationDocument
{
    public const int MaxCount = 50;

    /// <summary>
    /// Kinds that stand for one contract. Whoever hands them in, only one application may rest on them, while an applicant's other
    /// papers, such as its licence, may stand in all of its own.
    /// </summary>
    public static readonly IReadOnlyList<string> KindsOfOneContract = ["contract", "invoice"];

    public required Id<ApplicationDocument> Id { get; init; }
    public required Id<VoucherApplication> ApplicationId { get; init; }
    public required string Kind { get; init; }

    /// <summary>64 small hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    public required string Uri { get; init; }
}

/// <summary>What the authority said to an application, at a review step or about objections.</summary>
public sealed class ApplicationDecision
{
    public required Id<ApplicationDecision> Id { get; init; }
    public required Id<VoucherApplication> ApplicationId { get; init; }

    /// <summary>The review step; null where it was about objections.</summary>
    public required ReviewStep? Step { get; init; }

    public required ApplicationVerdict Verdict { get; init; }

    /// <summary>What is granted from then on, where it passed.</summary>
    public required Money? Amount { get; init; }

    public required string? Note { get; init; }
    public required string Actor { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>Somebody's reason why an application in publicity should not be granted.</summary>
public sealed class ApplicationObjection
{
    public required Id<ApplicationObjection> Id { get; init; }
    public required Id<VoucherApplication> ApplicationId { get; init; }
    public required Id<Organization> OrganizationId { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset At { get; init; }
}
