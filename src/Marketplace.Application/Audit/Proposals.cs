using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>Something that waits for a second admin, or did.</summary>
/// <param name="Operation">The use case by its name.</param>
/// <param name="Request">Its fields; those from the address begin with <c>$</c>.</param>
public sealed record ProposalAnswer(
    Id<Proposal> Id, string Operation, JsonElement Request, Money Amount, ProposalStatus Status, string ProposedBy, DateTimeOffset ProposedAt, string? DecidedBy,
    DateTimeOffset? DecidedAt, string? Note)
{
    public static ProposalAnswer Of(Proposal proposal) => new(
        proposal.Id, proposal.Operation, JsonSerializer.Deserialize<JsonElement>(proposal.Request), proposal.Amount, proposal.Status, proposal.ProposedBy,
        proposal.ProposedAt, proposal.DecidedBy, proposal.DecidedAt, proposal.Note);
}

/// <summary>What proposals can be sorted by.</summary>
public enum ProposalColumn
{
    Amount,
    ProposedAt,
}

/// <summary>Proposals, the newest first where it isn't said otherwise.</summary>
public sealed record ListProposals(PageRequest Page, ProposalStatus? Status, Sort<ProposalColumn>? Sort = null) : IQuery<Page<ProposalAnswer>>, IPaged;

public sealed class ListProposalsHandler(IMarketplaceDb db) : IRequestHandler<ListProposals, Page<ProposalAnswer>>
{
    public async Task<Page<ProposalAnswer>> Handle(ListProposals request, CancellationToken cancellationToken) =>
        (await db.Proposals.AsNoTracking().Where(proposal => request.Status == null || proposal.Status == request.Status)
            .SortedAsync(db.Proposals, request.Page, request.Sort, new() { { ProposalColumn.Amount, proposal => proposal.Amount }, ProposalColumn.ProposedAt }, cancellationToken))
        .Select(ProposalAnswer.Of);
}

/// <summary>
/// Approves a proposal, and does what it says in the same transaction, or rejects it. Where the market refuses by now what was
/// proposed, so it does the approval, and the proposal stays open.
/// </summary>
public sealed record DecideProposal(ProposalVerdict? Decision, string? Note) : ICommand<ProposalAnswer>
{
    [JsonIgnore]
    public Id<Proposal> Id { get; init; }
}

public sealed class DecideProposalValidator : AbstractValidator<DecideProposal>
{
    public DecideProposalValidator()
    {
        RuleFor(request => request.Decision).Required();
        RuleFor(request => request.Note).OptionalText(500);
    }
}

public sealed class DecideProposalHandler(IMarketplaceDb db, IMediator mediator, RequestContext context, AuditLog audit, MarketClock clock)
    : IRequestHandler<DecideProposal, ProposalAnswer>
{
    private static readonly Dictionary<string, Type> Operations = typeof(INeedsSecondAdmin).Assembly.GetTypes()
        .Where(type => type.IsClass && type.IsAssignableTo(typeof(INeedsSecondAdmin))).ToDictionary(type => type.Name);

    public async Task<ProposalAnswer> Handle(DecideProposal request, CancellationToken cancellationToken)
    {
        var proposal = await db.Proposals.SingleOrDefaultAsync(p => p.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("proposal");
        var before = ProposalAnswer.Of(proposal);
        proposal.Decide(request.Decision!.Value, context.Caller.Actor, request.Note, clock.GetUtcNow());
        var outcome = proposal.Status == ProposalStatus.Approved ? await RunAsync(proposal, cancellationToken) : null;
        var after = ProposalAnswer.Of(proposal);
        audit.Record(
            proposal.Status == ProposalStatus.Approved ? "proposal.approved" : "proposal.rejected", ("proposal", proposal.Id.ToString()), null,
            new { Before = before, After = after, Outcome = outcome });
        return after;
    }

    /// <summary>The key that came with the decision is the decision's, not the proposed request's.</summary>
    private async Task<object?> RunAsync(Proposal proposal, CancellationToken cancellationToken)
    {
        var key = context.IdempotencyKey;
        (context.Approves, context.IdempotencyKey) = (true, null);
        try
        {
            // The type of the answer follows from the request's at run time.
            dynamic operation = JsonSerializer.Deserialize(proposal.Request, Operations[proposal.Operation], MarketJson.WithHiddenFields)!;
            return await mediator.Send(operation, cancellationToken);
        }
        finally
        {
            (context.Approves, context.IdempotencyKey) = (false, key);
        }
    }
}
