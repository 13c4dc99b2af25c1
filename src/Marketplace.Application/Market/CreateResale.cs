using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Puts a part of a leg that lies ahead up for resale: some of its cards, over some of its hours.</summary>
public sealed record CreateResale(Id<Order>? OrderId, Id<Leg>? LegId, int? Cards, DateTimeOffset? From, DateTimeOffset? To, Price? PricePerCardHour) : ICommand<ListingAnswer>, IAddsCapacity;

public sealed class CreateResaleValidator : AbstractValidator<CreateResale>
{
    public CreateResaleValidator()
    {
        RuleFor(request => request.OrderId).Required();
        RuleFor(request => request.LegId).Required();
        RuleFor(request => request.Cards).Required().Between(1, Node.MaxCards);
        RuleFor(request => request.From).Required().OnTheHour();
        RuleFor(request => request.To).Required().OnTheHour()
            .Must((request, to) => to is null || request.From is null || to > request.From).WithMessage("must be after from");
        RuleFor(request => request.PricePerCardHour).Required().PositivePrice();
    }
}

public sealed class CreateResaleHandler(IMarketplaceDb db, RequestContext context, Funding funding, FundablePrice fundable, AuditLog audit, MarketClock clock)
    : IRequestHandler<CreateResale, ListingAnswer>
{
    public async Task<ListingAnswer> Handle(CreateResale request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var me = context.Caller.OrganizationId;

        // The node first: its version vouches for what is read after it.
        var found = await db.Legs.AsNoTracking().SingleOrDefaultAsync(l => l.Id == request.LegId && l.OrderId == request.OrderId && l.BuyerId == me, cancellationToken)
            ?? throw SharedErrors.NotFound("leg");
        var node = await db.Nodes.IgnoreQueryFilters().SingleAsync(n => n.Id == found.NodeId, cancellationToken);
        var leg = await db.Legs.SingleAsync(l => l.Id == found.Id, cancellationToken);
        var window = new HourRange(Hour.StartingAt(request.From!.Value)!.Value, Hour.StartingAt(request.To!.Value)!.Value);
        Check(leg, window, request.Cards!.Value, now);
        var cards = await CardsAsync(leg, window, request.Cards.Value, cancellationToken);
        await ReleaseVouchersAsync(leg, new(window, cards), now, cancellationToken);

        var center = await db.Centers.IgnoreQueryFilters().AsNoTracking().SingleAsync(c => c.Id == leg.CenterId, cancellationToken);
        var listing = await MakeAsync(leg, window, cards, request.PricePerCardHour!.Value, now, cancellationToken);
        db.Listings.Add(listing);
        db.ListingNodes.Add(new() { ListingId = listing.Id, NodeId = node.Id, SellerId = me, From = window.From, To = window.To });
        node.Touch();
        var answer = ListingAnswers.Of(listing, center, [node]);
        audit.Record("resale.listed", ("listing", listing.Id.ToString()), me, new { leg = leg.Id, answer.Cards, answer.From, answer.To, answer.PricePerCardHour });
        return answer;
    }

    private static void Check(Leg leg, HourRange window, int cards, DateTimeOffset now)
    {
        if (leg.CancelledAt is not null)
        {
            throw MarketErrors.OrderCancelled();
        }

        if (leg.Product != Product.Reserved)
        {
            throw MarketErrors.ResaleNotReserved();
        }

        if (window.From < Hour.AtOrAfter(now))
        {
            throw MarketErrors.ResalePast();
        }

        if (!leg.Interval.Contains(window) || cards > leg.Cards)
        {
            throw MarketErrors.ResaleMoreThanHeld();
        }
    }

    /// <summary>
    /// Cards that the leg still has over all of the window and that no other resale of it offers, the lowest first; of the node on which it
    /// ends, where the listing would stand: hours before it moves there can't be put up any more.
    /// </summary>
    private async Task<IReadOnlyList<int>> CardsAsync(Leg leg, HourRange window, int count, CancellationToken cancellationToken)
    {
        var held = await db.Reservations.IgnoreQueryFilters().AsNoTracking().Where(r => r.LegId == leg.Id && r.NodeId == leg.NodeId).ToListAsync(cancellationToken);
        var offered = (await db.Listings.AsNoTracking()
            .Where(l => l.ResaleOf == leg.Id && l.WithdrawnAt == null && l.From < window.To && l.To > window.From).ToListAsync(cancellationToken))
            .SelectMany(l => l.ResaleCards!).ToHashSet();
        var cards = held.Select(row => row.Card).Distinct().Where(card => !offered.Contains(card)).Order().ToList();
        var free = NodeOccupancy.OfHolding(leg, cards, window, held).FreeCards(window, leg.MilliPerCard).Select(card => card.Card).Order().Take(count).ToList();
        return free.Count == count ? free : throw MarketErrors.ResaleMoreThanHeld();
    }

    /// <summary>The vouchers' share of the part goes back to them; the deposit takes its place.</summary>
    private async Task ReleaseVouchersAsync(Leg leg, ResoldPart part, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var payers = await funding.PayersOfAsync(leg, cancellationToken);
        if (payers.Keys.FirstOrDefault(code => payers[code].Resale != ResaleRule.Release) is { } forbids)
        {
            throw MarketErrors.ResaleVoucherFunded(forbids);
        }

        var funded = fundable.ByMonth(leg);
        leg.PutUpForResale(part);
        var journal = JournalEntry.For("resale.listed", $"{leg.Id}:{part.Interval.From}:{leg.Resold.Count}", now);
        var deducted = await funding.ReleasePartAsync(leg, funded, fundable.ByMonth(leg), journal, now, cancellationToken);
        if (journal.Postings.Count == 0)
        {
            return;
        }

        (await db.BuyerAccounts.SingleAsync(account => account.OrganizationId == leg.BuyerId, cancellationToken)).Hold(deducted);
        leg.DepositHeld += deducted;
        journal.Move(Asset.Cny, deducted, debit: Accounts.Deposit(leg.BuyerId), credit: Accounts.Held(leg.BuyerId));
        db.JournalEntries.Add(journal);
    }

    private async Task<Listing> MakeAsync(Leg leg, HourRange window, IReadOnlyList<int> cards, Price price, DateTimeOffset now, CancellationToken cancellationToken) => new()
    {
        Id = Id<Listing>.New(now),
        SellerId = leg.BuyerId,
        CenterId = leg.CenterId,
        From = window.From,
        To = window.To,
        Product = Product.Reserved,
        Supply = await db.Listings.IgnoreQueryFilters().Where(l => l.Id == leg.ListingId).Select(l => l.Supply).SingleAsync(cancellationToken),
        PricePerCardHour = price,
        SliceMilli = leg.MilliPerCard,
        MinHours = 1,
        Benchmarks = await db.Listings.IgnoreQueryFilters().Where(l => l.Id == leg.ListingId).Select(l => l.Benchmarks).SingleAsync(cancellationToken),
        ResaleOf = leg.Id,
        ResaleCards = cards,
        CreatedAt = now,
    };
}
