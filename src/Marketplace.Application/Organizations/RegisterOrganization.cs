using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

public sealed record OrganizationAnswer(
    Id<Organization> Id, string Name, OrganizationKind Kind, string CreditCode, string RegionCode, DateOnly EstablishedOn,
    IReadOnlyList<string> Traits, Taxpayer Taxpayer, IReadOnlyList<string> Controllers, DateTimeOffset CreatedAt)
{
    public static OrganizationAnswer Of(Organization organization) => new(
        organization.Id, organization.Name, organization.Kind, organization.CreditCode.Value, organization.RegionCode, organization.EstablishedOn,
        organization.Traits, organization.Taxpayer, organization.Controllers, organization.CreatedAt);
}

/// <summary>Registers a party of the market, with an empty buyer's account.</summary>
public sealed record RegisterOrganization(
    string? Name, OrganizationKind? Kind, string? CreditCode, string? RegionCode, DateOnly? EstablishedOn,
    IReadOnlyList<string>? Traits, Taxpayer? Taxpayer, IReadOnlyList<string>? Controllers) : ICommand<OrganizationAnswer>;

public sealed class RegisterOrganizationValidator : AbstractValidator<RegisterOrganization>
{
    public RegisterOrganizationValidator(MarketClock clock)
    {
        RuleFor(request => request.Name).Text(200);
        RuleFor(request => request.Kind).Required().NotEqual(OrganizationKind.Platform).WithMessage("must be provider, enterprise or authority");
        RuleFor(request => request.CreditCode).Must(code => Domain.Shared.CreditCode.TryParse(code, out _))
            .WithMessage("must be a unified social credit code of 18 characters with a right check digit (GB 32100)");
        RuleFor(request => request.RegionCode).Region();
        RuleFor(request => request.EstablishedOn).Required()
            .Must(day => day is null || day.Value <= DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime.AddDays(1))).WithMessage("must not be in the future");
        RuleFor(request => request.Traits).Words(Organization.MaxTraits, 50);
        RuleFor(request => request.Controllers).Words(Organization.MaxControllers, 200);
    }
}

public sealed class RegisterOrganizationHandler(IMarketplaceDb db, AuditLog audit, MarketClock clock) : IRequestHandler<RegisterOrganization, OrganizationAnswer>
{
    public async Task<OrganizationAnswer> Handle(RegisterOrganization request, CancellationToken cancellationToken)
    {
        var code = CreditCode.Parse(request.CreditCode!);
        if (await db.Organizations.IgnoreQueryFilters().AnyAsync(other => other.CreditCode == code, cancellationToken))
        {
            throw OrganizationErrors.Exists(code);
        }

        var now = clock.GetUtcNow();
        var organization = new Organization
        {
            Id = Id<Organization>.New(now),
            Name = request.Name!,
            Kind = request.Kind!.Value,
            CreditCode = code,
            RegionCode = request.RegionCode!,
            EstablishedOn = request.EstablishedOn!.Value,
            Traits = request.Traits ?? [],
            Taxpayer = request.Taxpayer ?? Taxpayer.General,
            Controllers = request.Controllers ?? [],
            CreatedAt = now,
        };
        db.Organizations.Add(organization);
        db.OrganizationControllers.AddRange(OrganizationController.Of(organization));
        db.BuyerAccounts.Add(new() { OrganizationId = organization.Id });
        var answer = OrganizationAnswer.Of(organization);
        audit.Record("organization.registered", ("organization", organization.Id.ToString()), organization.Id, answer);
        return answer;
    }
}
