using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <param name="Signs">Whether it has a key that is good now.</param>
public sealed record MeterAnswer(Id<Meter> Id, string Source, Id<Center>? CenterId, string Name, bool Signs)
{
    public static MeterAnswer Of(Meter meter, bool signs) => new(meter.Id, meter.Source, meter.CenterId, meter.Name, signs);
}

/// <summary>
/// Registers a meter of a centre of the caller's, or a buyer's own for its legs in one centre or anywhere, with the public key of
/// the batches that it signs, if it does.
/// </summary>
public sealed record RegisterMeter(Id<Center>? CenterId, string? Name, string? PublicKeyPem) : ICommand<MeterAnswer>;

public sealed class RegisterMeterValidator : AbstractValidator<RegisterMeter>
{
    public RegisterMeterValidator(RequestContext context)
    {
        RuleFor(request => request.CenterId).Required().When(_ => context.Caller.Role != Role.Enterprise);
        RuleFor(request => request.Name).Text(100);
        RuleFor(request => request.PublicKeyPem).Must(pem => pem is null || MeterKey.IsPublicKey(pem)).WithMessage("must be a P-256 public key in PEM");
    }
}

public sealed class RegisterMeterHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<RegisterMeter, MeterAnswer>
{
    public async Task<MeterAnswer> Handle(RegisterMeter request, CancellationToken cancellationToken)
    {
        var buyer = context.Caller.Role == Role.Enterprise;
        var me = context.Caller.OrganizationId;
        if (request.CenterId is { } center && !await db.Centers.IgnoreQueryFilters().AnyAsync(
            c => c.Id == center && (c.OwnerId == me || (buyer && db.Legs.Any(leg => leg.CenterId == c.Id && leg.BuyerId == me))), cancellationToken))
        {
            throw SharedErrors.NotFound("center");
        }

        var now = clock.GetUtcNow();
        var id = Id<Meter>.New(now);
        var meter = new Meter
        {
            Id = id,
            CenterId = request.CenterId,
            OwnerId = me,
            Name = request.Name!,
            Source = $"urn:marketplace:meter:{id}",
            CreatedAt = now,
        };
        db.Meters.Add(meter);
        if (request.PublicKeyPem is { } pem)
        {
            db.MeterKeys.Add(new() { Id = Id<MeterKey>.New(now), MeterId = id, Number = 1, PublicKeyPem = pem, CreatedAt = now });
        }

        var answer = MeterAnswer.Of(meter, signs: request.PublicKeyPem is not null);
        audit.Record("meter.registered", ("meter", id.ToString()), me, new { meter.Source, meter.CenterId, meter.Name, request.PublicKeyPem });
        return answer;
    }
}

/// <summary>What meters can be sorted by.</summary>
public enum MeterColumn
{
    Name,
    Source,
}

/// <summary>The caller's meters, the newest first where it isn't said otherwise.</summary>
/// <param name="Name">Those whose name has this in it, in any case.</param>
public sealed record ListMeters(PageRequest Page, string? Name = null, Id<Center>? CenterId = null, Sort<MeterColumn>? Sort = null) : IQuery<Page<MeterAnswer>>, IPaged;

public sealed class ListMetersHandler(IMarketplaceDb db, MarketClock clock) : IRequestHandler<ListMeters, Page<MeterAnswer>>
{
    public async Task<Page<MeterAnswer>> Handle(ListMeters request, CancellationToken cancellationToken)
    {
        var page = await db.Meters.AsNoTracking().Containing(meter => meter.Name, request.Name).Where(meter => request.CenterId == null || meter.CenterId == request.CenterId)
            .SortedAsync(
                db.Meters, request.Page, request.Sort, new() { { MeterColumn.Name, meter => meter.Name }, { MeterColumn.Source, meter => meter.Source } }, cancellationToken);
        var (ids, now) = (page.Items.Select(meter => meter.Id).ToList(), clock.GetUtcNow());
        var sign = await db.MeterKeys.Where(key => EF.Parameter(ids).Contains(key.MeterId) && key.RevokedAt == null && (key.Until == null || key.Until > now))
            .Select(key => key.MeterId).ToListAsync(cancellationToken);
        return page.Select(meter => MeterAnswer.Of(meter, sign.Contains(meter.Id)));
    }
}
