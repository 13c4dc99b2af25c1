using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>Why a reading of a batch isn't taken: a stable code, and words for people.</summary>
public sealed record ReadingRefusal(string Code, string Detail);

public static class MeteringErrors
{
    /// <summary>The same source and id came with other content.</summary>
    public const string Conflict = "usage.conflict";

    public static RuleException Signature() =>
        new(Refusal.Unauthenticated, "meter.signature", "The batch isn't signed by a registered key of a meter of yours that is good now.");

    public static RuleException KeyRevoked() =>
        new(Refusal.Conflict, "meter.key_revoked", "The key was revoked before.");

    public static RuleException ObjectionExists() =>
        new(Refusal.Conflict, "objection.exists", "The delivery of this leg was objected to before.");

    public static RuleException ObjectionNotStarted() =>
        new(Refusal.Conflict, "objection.not_started", "Hours that haven't begun can't have fallen short.");

    public static RuleException ObjectionTooLate(DateTimeOffset until) =>
        new(Refusal.Conflict, "objection.too_late", $"Objections to this delivery were taken until {until:yyyy-MM-ddTHH:mm:ssZ}.");

    public static RuleException ObjectionOutsideLeg(Leg leg) =>
        new(Refusal.Rule, "objection.outside_leg", $"The leg runs from {leg.From} to {leg.To}.");

    public static RuleException ConfirmationOutsideLeg(Leg leg) =>
        new(Refusal.Rule, "confirmation.outside_leg", $"The leg runs from {leg.From} to {leg.To}.");

    public static RuleException ConfirmationNotOver() =>
        new(Refusal.Conflict, "confirmation.not_over", "Hours that aren't over can be neither confirmed nor denied.");

    public static RuleException ConfirmationTooLate(DateTimeOffset until) =>
        new(Refusal.Conflict, "confirmation.too_late", $"Confirmations of these hours were taken until {until:yyyy-MM-ddTHH:mm:ssZ}.");

    public static RuleException ConfirmationExists() =>
        new(Refusal.Conflict, "confirmation.exists", "Some of these hours were confirmed or denied before, or are in dispute.");

    public static RuleException DisputeDecided() =>
        new(Refusal.Conflict, "dispute.decided", "The dispute was decided before.");

    public static ReadingRefusal Schema(string detail) => new("usage.schema", detail);

    public static ReadingRefusal UnknownMeter() => new("usage.unknown_meter", "The source is no meter of the centre that the leg stands in.");

    public static ReadingRefusal UnknownLeg() => new("usage.unknown_leg", "The subject is no leg on a node of yours.");

    public static ReadingRefusal LegCancelled() => new("usage.leg_cancelled", "The leg was cancelled before it started.");

    public static ReadingRefusal OutsideLeg(Leg leg) => new("usage.outside_leg", $"The leg runs from {leg.From} to {leg.To}.");

    public static ReadingRefusal Future() => new("usage.future", "The interval isn't over yet.");

    public static ReadingRefusal TooLate() =>
        new("usage.too_late", $"Readings, and corrections of them, are taken up to {ReadingJudge.Late.Days} days after their end.");

    public static ReadingRefusal ExceedsLeg(Leg leg) =>
        new("usage.exceeds_leg", $"The leg has {leg.Cards} cards of {leg.MilliPerCard} thousandths; all its readings together report more at some instant.");

    public static ReadingRefusal Impossible(string detail) => new("usage.impossible", detail);

    public static ReadingRefusal Overlap(string eventId) => new("usage.overlap", $"Event {eventId} of the same source covers some of this time.");

    public static ReadingRefusal ReplacesUnknown() =>
        new("usage.replaces_unknown", "The event that it replaces isn't there, for this source and leg; send that one first.");

    public static ReadingRefusal ReplacedAlready() => new("usage.replaced_already", "Another correction took the place of that event; replace that one.");
}
