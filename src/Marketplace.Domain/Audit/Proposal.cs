using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Audit;

public enum ProposalStatus
{
    Open,
    Approved,
    Rejected,
}

public enum ProposalVerdict
{
    Approve,
    Reject,
}

/// <summary>What an admin wants done with so much money that a second one has to agree first.</summary>
public sealed class Proposal : IVersioned
{
    public required Id<Proposal> Id { get; init; }

    /// <summary>The use case by its name, such as <c>TransferMoney</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The whole request, as JSON.</summary>
    public required string Request { get; init; }

    public required Money Amount { get; init; }

    /// <summary>The account that proposed it.</summary>
    public required string ProposedBy { get; init; }

    public required DateTimeOffset ProposedAt { get; init; }

    /// <summary>The client's own key for the write, if it sent one: the same again is the same proposal.</summary>
    public required string? Key { get; init; }

    public ProposalStatus Status { get; private set; }
    public string? DecidedBy { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public string? Note { get; private set; }
    public long Version { get; set; }

    /// <summary>Anybody may reject, also who proposed it; only somebody else approves.</summary>
    /// <exception cref="RuleException"><c>proposal.decided</c>, <c>proposal.own</c>.</exception>
    public void Decide(ProposalVerdict verdict, string by, string? note, DateTimeOffset now)
    {
        if (Status != ProposalStatus.Open)
        {
            throw new RuleException(Refusal.Conflict, "proposal.decided", "The proposal was approved or rejected before.");
        }

        if (verdict == ProposalVerdict.Approve && by == ProposedBy)
        {
            throw new RuleException(Refusal.Forbidden, "proposal.own", "Somebody else has to approve what one proposed.");
        }

        Status = verdict == ProposalVerdict.Approve ? ProposalStatus.Approved : ProposalStatus.Rejected;
        (DecidedBy, DecidedAt, Note) = (by, now, note);
        Version++;
    }
}
