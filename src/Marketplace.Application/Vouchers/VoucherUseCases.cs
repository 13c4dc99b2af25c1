using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>A voucher: face = available + held + redeemed + expired + revoked. It is good through the day that it expires on.</summary>
public sealed record VoucherAnswer(
    Id<Voucher> Id, string Programme, int Version, Id<Organization> OrganizationId, Money Face, Money Available, Money Held, Money Redeemed,
    Money Expired, Money Revoked, DateOnly ExpiresOn, VoucherStatus Status)
{
    public static VoucherAnswer Of(Voucher voucher, DateOnly today) => new(
        voucher.Id, voucher.ProgrammeCode, voucher.VersionNumber, voucher.OrganizationId, voucher.Face, voucher.Available, voucher.Held, voucher.Redeemed,
        voucher.Expired, voucher.Revoked, voucher.ExpiresOn, voucher.StatusOn(today));
}

/// <summary>Issues a voucher without an application.</summary>
public sealed record IssueVoucher(Id<Organization>? OrganizationId, Money? Amount) : ICommand<VoucherAnswer>
{
    [JsonIgnore]
    public string Programme { get; init; } = "";
}

public sealed class IssueVoucherValidator : AbstractValidator<IssueVoucher>
{
    public IssueVoucherValidator()
    {
        RuleFor(request => request.OrganizationId).Required();
        RuleFor(request => request.Amount).PositiveAmount();
    }
}

public sealed class IssueVoucherHandler(IMarketplaceDb db, RequestContext context, MarketplaceSettings settings, VoucherIssuing issuing, ApplicationScreening screening, MarketClock clock)
    : IRequestHandler<IssueVoucher, VoucherAnswer>
{
    public async Task<VoucherAnswer> Handle(IssueVoucher request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = settings.Time.Day(now);
        var programme = await db.Programmes.SingleOrDefaultAsync(p => p.Code == request.Programme, cancellationToken) ?? throw SharedErrors.NotFound("programme");
        if (!context.Caller.SeesAll && !context.Caller.Is(programme.AuthorityId))
        {
            throw SharedErrors.NotFound("programme");
        }

        var applicant = await db.Organizations.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(o => o.Id == request.OrganizationId, cancellationToken)
            ?? throw InvalidRequestException.For("organizationId", "is not an organization");
        var versions = await db.ProgrammeVersions.AsNoTracking().Where(version => version.Code == programme.Code).ToListAsync(cancellationToken);
        var voucher = await issuing.IssueAsync(ProgrammeVersion.InForce(versions, now)!, applicant, request.Amount!.Value, today, now, cancellationToken);
        await screening.FlagSplitAsync(("voucher", voucher.Id.ToString()), programme.Code, applicant, over: null, cancellationToken);
        return VoucherAnswer.Of(voucher, today);
    }
}

public sealed record GetVoucher(Id<Voucher> Id) : IQuery<VoucherAnswer>;

public sealed class GetVoucherHandler(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock) : IRequestHandler<GetVoucher, VoucherAnswer>
{
    public async Task<VoucherAnswer> Handle(GetVoucher request, CancellationToken cancellationToken) =>
        VoucherAnswer.Of(
            await db.Vouchers.AsNoTracking().SingleOrDefaultAsync(voucher => voucher.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("voucher"),
            settings.Time.Day(clock.GetUtcNow()));
}

/// <summary>Takes back what of a voucher is available. What orders hold is theirs until it is captured or released.</summary>
public sealed record RevokeVoucher(string? Reason) : ICommand<VoucherAnswer>
{
    [JsonIgnore]
    public Id<Voucher> Id { get; init; }
}

public sealed class RevokeVoucherValidator : AbstractValidator<RevokeVoucher>
{
    public RevokeVoucherValidator() => RuleFor(request => request.Reason).Text(500);
}

public sealed class RevokeVoucherHandler(IMarketplaceDb db, Funding funding, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<RevokeVoucher, VoucherAnswer>
{
    public async Task<VoucherAnswer> Handle(RevokeVoucher request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var voucher = await db.Vouchers.SingleOrDefaultAsync(v => v.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("voucher");
        var amount = voucher.Revoke(now);
        db.JournalEntries.Add(JournalEntry.For("voucher.revoked", voucher.Id.ToString(), now).Move(
            Asset.Vouchers(voucher.ProgrammeCode), amount, Accounts.Of(Accounts.VoucherAvailable, voucher.Id), Accounts.Of(Accounts.VoucherRevoked, voucher.Id)));
        await funding.ReturnToBudgetAsync(voucher, VoucherBalance.Revoked, amount, now, cancellationToken);
        var answer = VoucherAnswer.Of(voucher, settings.Time.Day(now));
        audit.Record("voucher.revoked", ("voucher", voucher.Id.ToString()), voucher.OrganizationId, new { amount, request.Reason });
        return answer;
    }
}

/// <summary>Lets vouchers lapse whose last day is over.</summary>
public sealed class ExpireVouchersJob(IMarketplaceDb db, MarketplaceSettings settings) : IJob
{
    public const string JobName = "expire-vouchers";

    public string Name => JobName;

    public string Purpose => "Lets what is available of vouchers lapse when their last day is over.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var day = await db.Vouchers.Where(voucher => voucher.ExpiredAt == null && voucher.RevokedAt == null && voucher.Available > Money.Zero)
            .MinAsync(voucher => (DateOnly?)voucher.ExpiresOn, cancellationToken);
        return day is null ? null : settings.Time.StartOf(day.Value.AddDays(1));
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new ExpireVouchers();
}

public sealed record ExpireVouchers : IJobCommand;

public sealed class ExpireVouchersHandler(
    IMarketplaceDb db, IUnitOfWork unitOfWork, Funding funding, MarketplaceSettings settings, AuditLog audit, MarketClock clock) : IRequestHandler<ExpireVouchers, JobReport>
{
    private const int BatchSize = 200;

    public async Task<JobReport> Handle(ExpireVouchers request, CancellationToken cancellationToken)
    {
        var count = 0;
        while (await unitOfWork.ExecuteAsync(ExpireBatchAsync, cancellationToken) is > 0 and var expired)
        {
            count += expired;
        }

        return new($"{count} vouchers expired");
    }

    private async Task<int> ExpireBatchAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = settings.Time.Day(now);
        var vouchers = await db.Vouchers.Where(v => v.ExpiredAt == null && v.RevokedAt == null && v.Available > Money.Zero && v.ExpiresOn < today)
            .OrderBy(v => v.Id).Take(BatchSize).ToListAsync(cancellationToken);
        foreach (var voucher in vouchers)
        {
            var amount = voucher.Expire(today, now);
            db.JournalEntries.Add(JournalEntry.For("voucher.expired", voucher.Id.ToString(), now).Move(
                Asset.Vouchers(voucher.ProgrammeCode), amount, Accounts.Of(Accounts.VoucherAvailable, voucher.Id), Accounts.Of(Accounts.VoucherExpired, voucher.Id)));
            await funding.ReturnToBudgetAsync(voucher, VoucherBalance.Expired, amount, now, cancellationToken);
            audit.Record("voucher.expired", ("voucher", voucher.Id.ToString()), voucher.OrganizationId, new { amount, voucher.ExpiresOn });
        }

        return vouchers.Count;
    }
}
