using System.Security.Cryptography;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

public sealed record MeterAnswer(Id<Meter> Id, string Source, Id<Center>? CenterId, string Name, bool Signs)
{
    public static MeterAnswer Of(Meter meter) => new(meter.Id, meter.Source, meter.CenterId, meter.Name, meter.PublicKeyPem is not null);
}

/// <summary>
/// Registers a meter of a centre of the caller's, or a buyer's own for its legs in one centre or anywhere, with the public key of
/// the batches that it signs, if it does.
/// </summary>
public sealed record RegisterMeter(Id<Center>? CenterId, string? Name, string? PublicKeyPem) : ICommand<MeterAnswer>;

public sealed class RegisterMeterValidator : AbstractValidator<RegisterMeter>
{
    public RegisterMeterValidator()
    {
        RuleFor(request => request.Name).Text(100);
        RuleFor(request => request.PublicKeyPem).Must(pem => pem is null || IsP256(pem)).WithMessage("must be a P-256 public key in PEM");
    }

    private static bool IsP256(string pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return pem.Length < 1000 && !pem.Contains("PRIVATE", StringComparison.Ordinal)
                && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        }
        catch (Exception malformed) when (malformed is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}

public sealed class RegisterMeterHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<RegisterMeter, MeterAnswer>
{
    public async Task<MeterAnswer> Handle(RegisterMeter request, CancellationToken cancellationToken)
    {
        var buyer = context.Caller.Role == Role.Enterprise;
        if (request.CenterId is null && !buyer)
        {
            throw InvalidRequestException.For("centerId", "is required");
        }

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
            PublicKeyPem = request.PublicKeyPem,
            CreatedAt = now,
        };
        db.Meters.Add(meter);
        var answer = MeterAnswer.Of(meter);
        audit.Record("meter.registered", ("meter", id.ToString()), me, answer);
        return answer;
    }
}

/// <summary>The caller's meters.</summary>
public sealed record ListMeters(PageRequest Page) : IQuery<Page<MeterAnswer>>, IPaged;

public sealed class ListMetersHandler(IMarketplaceDb db) : IRequestHandler<ListMeters, Page<MeterAnswer>>
{
    public async Task<Page<MeterAnswer>> Handle(ListMeters request, CancellationToken cancellationToken) =>
        (await db.Meters.AsNoTracking().NewestFirstAsync(request.Page, meter => meter.Id, cancellationToken)).Select(MeterAnswer.Of);
}
