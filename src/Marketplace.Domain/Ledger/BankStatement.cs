using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

/// <summary>A file of the custodian's bank, imported once by its digest.</summary>
public sealed class BankStatement
{
    public required Id<BankStatement> Id { get; init; }

    /// <summary>SHA-256 of the file.</summary>
    public required byte[] Digest { get; init; }

    public required DateTimeOffset ImportedAt { get; init; }
    public IList<BankRow> Rows { get; init; } = [];
}

public enum BankRowStatus
{
    /// <summary>Not looked at yet.</summary>
    Pending,

    /// <summary>Booked by its import, or known to the books before.</summary>
    Matched,

    /// <summary>Nothing in the books fits; somebody has to say what it is.</summary>
    Unmatched,

    /// <summary>Somebody said what it is.</summary>
    Resolved,
}

/// <summary>One movement of the custodian's account, as the bank tells it.</summary>
public sealed class BankRow : IVersioned
{
    public required Id<BankRow> Id { get; init; }
    public required Id<BankStatement> StatementId { get; init; }

    /// <summary>The line of the file, from 1 with the header.</summary>
    public required int Line { get; init; }

    public required DateOnly BookedOn { get; init; }

    /// <summary>Positive for what came in.</summary>
    public required Money Amount { get; init; }

    public required string Reference { get; init; }

    /// <summary>The other side's unified social credit code, where the bank tells it.</summary>
    public string? CounterpartyCode { get; init; }

    public string? Remark { get; init; }
    public BankRowStatus Status { get; private set; }

    /// <summary>What it was booked as, or why nothing fits, as a stable code such as <c>deposit</c> or <c>payer.unknown</c>.</summary>
    public string? Outcome { get; private set; }

    public Id<Organization>? OrganizationId { get; private set; }
    public string? Note { get; private set; }
    public long Version { get; set; }

    public void Match(string outcome, Id<Organization> organization) => Become(BankRowStatus.Matched, outcome, organization, null);

    public void Miss(string why) => Become(BankRowStatus.Unmatched, why, OrganizationId, null);

    /// <exception cref="RuleException"><c>bank_row.resolved</c>: it isn't open.</exception>
    public void Resolve(string outcome, Id<Organization>? organization, string note)
    {
        if (Status != BankRowStatus.Unmatched)
        {
            throw LedgerErrors.RowResolved();
        }

        Become(BankRowStatus.Resolved, outcome, organization, note);
    }

    private void Become(BankRowStatus status, string outcome, Id<Organization>? organization, string? note)
    {
        (Status, Outcome, OrganizationId, Note) = (status, outcome, organization, note);
        Version++;
    }
}
