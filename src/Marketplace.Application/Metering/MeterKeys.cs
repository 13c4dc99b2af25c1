using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <param name="Number">From 1, in the order in which the meter got them.</param>
/// <param name="Until">From when on it isn't good any more; null while nothing replaces it.</param>
/// <param name="RevokedAt">Null unless it was revoked.</param>
/// <param name="Good">Whether batches that come now may be signed with it.</param>
public sealed record MeterKeyAnswer(Id<MeterKey> Id, int Number, string PublicKeyPem, DateTimeOffset CreatedAt, DateTimeOffset? Until, DateTimeOffset? RevokedAt, bool Good)
{
    public static MeterKeyAnswer Of(MeterKey key, DateTimeOffset now) => new(key.Id, key.Number, key.PublicKeyPem, key.CreatedAt, key.Until, key.RevokedAt, key.IsGood(now));
}

/// <summary>Gives a meter of the caller's its first key, or the next one in the place of the last.</summary>
/// <param name="PreviousUntil">How long the key before goes on being good, at most <see cref="MeterKey.MaxOverlap"/>; null ends it now. Still earlier ones end now.</param>
public sealed record AddMeterKey(string? PublicKeyPem, DateTimeOffset? PreviousUntil) : ICommand<MeterKeyAnswer>
{
    [JsonIgnore]
    public Id<Meter> MeterId { get; init; }
}

public sealed class AddMeterKeyValidator : AbstractValidator<AddMeterKey>
{
    public AddMeterKeyValidator(MarketClock clock)
    {
        RuleFor(request => request.PublicKeyPem).Required().Must(pem => pem is null || MeterKey.IsPublicKey(pem)).WithMessage("must be a P-256 public key in PEM");
        RuleFor(request => request.PreviousUntil).Must(until => until is null || (until > clock.GetUtcNow() && until <= clock.GetUtcNow() + MeterKey.MaxOverlap))
            .WithMessage($"must be ahead, by {MeterKey.MaxOverlap.Days} days at most");
    }
}

public sealed class AddMeterKeyHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<AddMeterKey, MeterKeyAnswer>
{
    public async Task<MeterKeyAnswer> Handle(AddMeterKey request, CancellationToken cancellationToken)
    {
        var meter = await db.Meters.OwnAsync(request.MeterId, context, cancellationToken);
        var now = clock.GetUtcNow();
        var keys = await db.MeterKeys.Where(key => key.MeterId == meter.Id).OrderBy(key => key.Number).ToListAsync(cancellationToken);
        foreach (var key in keys)
        {
            key.EndAt(key == keys[^1] ? request.PreviousUntil ?? now : now);
        }

        var added = new MeterKey { Id = Id<MeterKey>.New(now), MeterId = meter.Id, Number = keys.Count + 1, PublicKeyPem = request.PublicKeyPem!, CreatedAt = now };
        db.MeterKeys.Add(added);
        audit.Record("meter.key_added", ("meter", meter.Id.ToString()), meter.OwnerId, new { added.Number, added.PublicKeyPem, PreviousUntil = keys.Count > 0 ? keys[^1].Until : null });
        return MeterKeyAnswer.Of(added, now);
    }
}

/// <summary>Takes a key back for good, as where it got into wrong hands.</summary>
public sealed record RevokeMeterKey(string? Reason) : ICommand<MeterKeyAnswer>
{
    [JsonIgnore]
    public Id<Meter> MeterId { get; init; }

    [JsonIgnore]
    public Id<MeterKey> KeyId { get; init; }
}

public sealed class RevokeMeterKeyValidator : AbstractValidator<RevokeMeterKey>
{
    public RevokeMeterKeyValidator() => RuleFor(request => request.Reason).Text(500);
}

public sealed class RevokeMeterKeyHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<RevokeMeterKey, MeterKeyAnswer>
{
    public async Task<MeterKeyAnswer> Handle(RevokeMeterKey request, CancellationToken cancellationToken)
    {
        var meter = await db.Meters.OwnAsync(request.MeterId, context, cancellationToken);
        var now = clock.GetUtcNow();
        var key = await db.MeterKeys.SingleOrDefaultAsync(key => key.MeterId == meter.Id && key.Id == request.KeyId, cancellationToken) ?? throw SharedErrors.NotFound("key");
        key.Revoke(now);
        audit.Record("meter.key_revoked", ("meter", meter.Id.ToString()), meter.OwnerId, new { key.Number, request.Reason });
        return MeterKeyAnswer.Of(key, now);
    }
}

/// <summary>The keys of a meter of the caller's, the newest first.</summary>
public sealed record ListMeterKeys(Id<Meter> MeterId, PageRequest Page) : IQuery<Page<MeterKeyAnswer>>, IPaged;

public sealed class ListMeterKeysHandler(IMarketplaceDb db, RequestContext context, MarketClock clock) : IRequestHandler<ListMeterKeys, Page<MeterKeyAnswer>>
{
    public async Task<Page<MeterKeyAnswer>> Handle(ListMeterKeys request, CancellationToken cancellationToken)
    {
        var meter = await db.Meters.OwnAsync(request.MeterId, context, cancellationToken);
        var (keys, now) = (db.MeterKeys.AsNoTracking().Where(key => key.MeterId == meter.Id), clock.GetUtcNow());
        return (await keys.NewestFirstAsync(request.Page, key => key.Id, cancellationToken)).Select(key => MeterKeyAnswer.Of(key, now));
    }
}

internal static class OwnMeters
{
    /// <exception cref="RuleException"><c>not_found</c>: there is no such meter of the caller's.</exception>
    public static async Task<Meter> OwnAsync(this IQueryable<Meter> meters, Id<Meter> id, RequestContext context, CancellationToken cancellationToken)
    {
        var meter = await meters.AsNoTracking().SingleOrDefaultAsync(meter => meter.Id == id, cancellationToken);
        return meter is not null && (context.Caller.SeesAll || context.Caller.Is(meter.OwnerId)) ? meter : throw SharedErrors.NotFound("meter");
    }
}
