using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>
/// Takes a node, or some of its cards, out of the market from an hour on. What is sold beyond moves to equal or better
/// capacity of the centre; what can't be moved ends there, and its buyer isn't charged for the rest.
/// </summary>
/// <param name="From">On the hour. Hours that have begun stay as they were sold; down readings credit them.</param>
/// <param name="Reason">For the buyers and the auditor.</param>
/// <param name="Cards">Numbers from 0 of the cards that go; left out, the whole node.</param>
public sealed record WithdrawNode(DateTimeOffset? From, string? Reason, IReadOnlyList<int>? Cards = null) : ICommand<WithdrawalAnswer>
{
    [JsonIgnore]
    public Id<Center> CenterId { get; init; }

    [JsonIgnore]
    public string Name { get; init; } = "";
}

/// <param name="Moved">Legs that go on elsewhere.</param>
/// <param name="Ended">Legs that were cut short or cancelled, with what their buyers aren't charged.</param>
public sealed record WithdrawalAnswer(NodeAnswer Node, IReadOnlyList<MovedLeg> Moved, IReadOnlyList<EndedLeg> Ended);

public sealed record MovedLeg(Id<Leg> LegId, Id<Order> OrderId, string To);

public sealed record EndedLeg(Id<Leg> LegId, Id<Order> OrderId, Hour At, Money Forgone);

public sealed class WithdrawNodeValidator : AbstractValidator<WithdrawNode>
{
    public WithdrawNodeValidator()
    {
        RuleFor(request => request.From).Required().OnTheHour();
        RuleFor(request => request.Reason).Text(500);
        RuleFor(request => request.Cards)
            .Must(cards => cards is null || cards.Count is > 0 and <= Node.MaxCards).WithMessage($"must have 1 to {Node.MaxCards} items, or be left out for the whole node")
            .Must(cards => cards is null || cards.Distinct().Count() == cards.Count).WithMessage("must not repeat a card");
        RuleForEach(request => request.Cards).InclusiveBetween(0, Node.MaxCards - 1);
    }
}

public sealed class WithdrawNodeHandler(IMarketplaceDb db, Relocation relocation, AuditLog audit, MarketClock clock) : IRequestHandler<WithdrawNode, WithdrawalAnswer>
{
    public async Task<WithdrawalAnswer> Handle(WithdrawNode request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var node = await db.Nodes.SingleOrDefaultAsync(n => n.CenterId == request.CenterId && n.Name == request.Name, cancellationToken)
            ?? throw SharedErrors.NotFound("node");
        var from = Hour.StartingAt(request.From!.Value)!.Value;
        Withdraw(node, from, request.Cards);
        node.Touch();
        var (moved, ended) = await relocation.ClearAsync(node, Hour.Max(from, Hour.AtOrAfter(now)), request.Cards, now, cancellationToken);
        audit.Record("node.withdrawn", ("node", node.Id.ToString()), node.OwnerId, new { node.Name, from, request.Cards, request.Reason, moved, ended });
        return new(NodeAnswer.Of(node), moved, ended);
    }

    private static void Withdraw(Node node, Hour from, IReadOnlyList<int>? cards)
    {
        if (node.WithdrawnFrom is not null)
        {
            throw MarketErrors.NodeWithdrawn(node.Name);
        }

        if (cards is null)
        {
            node.WithdrawnFrom = from;
            return;
        }

        var errors = cards.Select((card, i) => (card, i)).Where(c => c.card >= node.Cards).ToDictionary(c => $"cards[{c.i}]", _ => new[] { "is not a card of the node" });
        if (errors.Count > 0)
        {
            throw new InvalidRequestException(errors);
        }

        if (node.WithdrawnCards.FirstOrDefault(gone => cards.Contains(gone.Card)) is { } twice)
        {
            throw MarketErrors.CardWithdrawn(node.Name, twice.Card);
        }

        node.WithdrawnCards = [.. node.WithdrawnCards, .. cards.Order().Select(card => new WithdrawnCard(card, from))];
    }
}
