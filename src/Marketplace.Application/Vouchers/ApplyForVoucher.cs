using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>Applies for a voucher of a programme; as a draft, it waits until its applicant submits it.</summary>
/// <param name="Amount">The face asked for.</param>
/// <param name="Declarations">All three have to be true before it is submitted.</param>
/// <param name="Documents">Evidence by digest and address; at most 50.</param>
/// <param name="PublicMoneyFromOutside">What others give for the same purpose.</param>
/// <param name="ContractNumber">The contract that the money is for, where there is one.</param>
/// <param name="ContractSignedOn">When it was signed: whom the budget serves first, where the programme goes by that.</param>
/// <param name="Draft">True to keep it back.</param>
public sealed record ApplyForVoucher(
    Money? Amount, DeclarationsInput? Declarations, IReadOnlyList<DocumentInput>? Documents, IReadOnlyList<OutsideMoneyInput>? PublicMoneyFromOutside,
    string? ContractNumber, DateOnly? ContractSignedOn, bool? Draft) : ICommand<ApplicationAnswer>, IApplicationFields
{
    [JsonIgnore]
    public string Programme { get; init; } = "";
}

public sealed class ApplyForVoucherValidator : AbstractValidator<ApplyForVoucher>
{
    public ApplyForVoucherValidator(MarketClock clock, MarketplaceSettings settings) => Include(new ApplicationFieldsValidator(clock, settings));
}

public sealed class ApplyForVoucherHandler(IMarketplaceDb db, RequestContext context, ApplicationSubmission submission, AuditLog audit, MarketClock clock)
    : IRequestHandler<ApplyForVoucher, ApplicationAnswer>
{
    public async Task<ApplicationAnswer> Handle(ApplyForVoucher request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var programme = await db.Programmes.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(p => p.Code == request.Programme, cancellationToken)
            ?? throw SharedErrors.NotFound("programme");
        var application = VoucherApplication.Draft(Id<VoucherApplication>.New(now), programme, context.Caller.OrganizationId, now);
        application.Change(request.Content(), request.DocumentsOf(application.Id, now));
        db.VoucherApplications.Add(application);
        if (request.Draft != true)
        {
            return await submission.SubmitAsync(application, now, cancellationToken);
        }

        var answer = ApplicationAnswer.Of(application, null, context.Caller);
        audit.Record("application.drafted", ("application", application.Id.ToString()), application.OrganizationId, answer);
        return answer;
    }
}
