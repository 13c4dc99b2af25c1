using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

public static class MarketErrors
{
    public static RuleException ListingOverlap(string node) =>
        new(Refusal.Conflict, "listing.overlap", $"Node {node} stands in another listing of yours over some of these hours.");

    public static RuleException ListingWithdrawn() =>
        new(Refusal.Conflict, "listing.withdrawn", "The listing was withdrawn before.");

    public static RuleException ListingEmpty() =>
        new(Refusal.Rule, "listing.empty", "The centre has no nodes to list.");

    public static RuleException NodeExists(string name) =>
        new(Refusal.Conflict, "node.exists", $"The centre has a node {name} already.");

    public static RuleException NodeWithdrawn(string name) =>
        new(Refusal.Conflict, "node.withdrawn", $"Node {name} was withdrawn before.");

    public static RuleException CardWithdrawn(string name, int card) =>
        new(Refusal.Conflict, "node.card_withdrawn", $"Card {card} of node {name} was withdrawn before.");

    public static RuleException QuoteUsed() =>
        new(Refusal.Conflict, "quote.used", "An order was placed on this quote before.");

    public static RuleException QuoteExpired() =>
        new(Refusal.Conflict, "quote.expired", "The quote is past its validity; ask for a new one.");

    public static RuleException CapacityTaken() =>
        new(Refusal.Conflict, "capacity.taken", "Somebody else booked the capacity, and nothing as cheap is left.");

    public static RuleException ResalePast() =>
        new(Refusal.Rule, "resale.past", "Only hours that lie ahead can be resold.");

    public static RuleException ResaleMoreThanHeld() =>
        new(Refusal.Rule, "resale.more_than_held", "The leg doesn't have that many cards over these hours, or they are resold or up for resale already.");

    public static RuleException ResaleVoucherFunded(string programme) =>
        new(Refusal.Rule, "resale.voucher_funded", $"Programme {programme} pays for this leg and forbids its resale.");

    public static RuleException ResaleNotReserved() =>
        new(Refusal.Rule, "resale.not_reserved", "Only what is paid for whether used or not can be resold: a leg of product reserved.");

    public static RuleException BidClosed(BidStatus status) =>
        new(Refusal.Conflict, "bid.closed", $"The bid is {status.ToString().ToLowerInvariant()}.");

    public static RuleException OrderResold() =>
        new(Refusal.Conflict, "order.resold", "Others bought a part of this order from you; it can't be cancelled.");

    public static RuleException OrderStarted() =>
        new(Refusal.Conflict, "order.started", "A leg that has started can't be cancelled.");

    public static RuleException OrderCancelled() =>
        new(Refusal.Conflict, "order.cancelled", "The order was cancelled before.");

    public static RuleException DeliveryStarted() =>
        new(Refusal.Conflict, "delivery.started", "The leg has started; a later hour is declared before.");

    public static RuleException DeliveryEnded() =>
        new(Refusal.Conflict, "delivery.ended", "The leg is over.");

    public static RuleException DeliveryOutsideLeg(Leg leg) =>
        new(Refusal.Rule, "delivery.outside_leg", $"The leg runs from {leg.From} to {leg.To}.");
}
