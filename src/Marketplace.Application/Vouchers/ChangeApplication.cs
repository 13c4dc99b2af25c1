using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;

namespace Marketplace.Application.Vouchers;

/// <summary>Puts other fields into a draft, or into an application that was returned.</summary>
public sealed record ChangeApplication(
    Money? Amount, DeclarationsInput? Declarations, IReadOnlyList<DocumentInput>? Documents, IReadOnlyList<OutsideMoneyInput>? PublicMoneyFromOutside,
    string? ContractNumber, DateOnly? ContractSignedOn) : ICommand<ApplicationAnswer>, IApplicationFields
{
    [JsonIgnore]
    public Id<VoucherApplication> Id { get; init; }
}

public sealed class ChangeApplicationValidator : AbstractValidator<ChangeApplication>
{
    public ChangeApplicationValidator(MarketClock clock, MarketplaceSettings settings) => Include(new ApplicationFieldsValidator(clock, settings));
}

public sealed class ChangeApplicationHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<ChangeApplication, ApplicationAnswer>
{
    public async Task<ApplicationAnswer> Handle(ChangeApplication request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var application = await db.VoucherApplications.WholeAsync(request.Id, cancellationToken);
        application.Change(request.Content(), request.DocumentsOf(application.Id, now));
        var answer = ApplicationAnswer.Of(application, (await db.PinnedAsync(application, cancellationToken))?.Rules, context.Caller);
        audit.Record("application.changed", ("application", application.Id.ToString()), application.OrganizationId, answer);
        return answer;
    }
}
