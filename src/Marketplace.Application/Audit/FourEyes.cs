using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>An admin's command about money, which a second admin has to approve where it passes the amount that is set.</summary>
public interface INeedsSecondAdmin
{
    /// <summary>How much it is about; nothing where what it names isn't there, which the command itself then refuses.</summary>
    Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken);
}

/// <summary>The command wasn't run: it waits for a second admin.</summary>
public sealed class ApprovalNeededException(ProposalAnswer proposal) : Exception("A second admin has to approve this.")
{
    public ProposalAnswer Proposal { get; } = proposal;
}

/// <summary>
/// Four eyes: keeps what an admin wants done above the set amount as a proposal, instead of doing it. Without that setting nothing
/// waits.
/// </summary>
public sealed class FourEyesBehavior<TRequest, TAnswer>(
    IMarketplaceDb db, IUnitOfWork unitOfWork, RequestContext context, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IPipelineBehavior<TRequest, TAnswer>
    where TRequest : IRequest<TAnswer>
{
    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        if (settings.FourEyesAbove is not { } limit || context.Caller.Role != Role.Admin || context.Approves || request is not INeedsSecondAdmin money)
        {
            return await next();
        }

        var amount = await money.AmountAsync(db, cancellationToken);
        return amount <= limit
            ? await next()
            : throw new ApprovalNeededException(await unitOfWork.ExecuteAsync(token => ProposeAsync(request, amount, token), cancellationToken));
    }

    private async Task<ProposalAnswer> ProposeAsync(TRequest request, Money amount, CancellationToken cancellationToken)
    {
        var (operation, json, actor, key) = (typeof(TRequest).Name, JsonSerializer.Serialize(request, MarketJson.WithHiddenFields), context.Caller.Actor, context.IdempotencyKey);
        if (key is not null && await db.Proposals.SingleOrDefaultAsync(p => p.ProposedBy == actor && p.Key == key, cancellationToken) is { } before)
        {
            context.Replayed = true;
            return before.Operation == operation && before.Request == json
                ? ProposalAnswer.Of(before)
                : throw new RuleException(Refusal.Rule, "idempotency.mismatch", "This key was used for another request.");
        }

        var now = clock.GetUtcNow();
        var proposal = new Proposal
        {
            Id = Id<Proposal>.New(now),
            Operation = operation,
            Request = json,
            Amount = amount,
            ProposedBy = actor,
            ProposedAt = now,
            Key = key,
        };
        db.Proposals.Add(proposal);
        var answer = ProposalAnswer.Of(proposal);
        audit.Record("proposal.made", ("proposal", proposal.Id.ToString()), null, answer);
        return answer;
    }
}
