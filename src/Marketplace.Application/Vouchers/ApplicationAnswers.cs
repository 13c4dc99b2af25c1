using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

public sealed record ApplicationDocumentAnswer(string Kind, string Sha256, string Uri);

/// <param name="Step">The review step; null where it was about objections.</param>
public sealed record ApplicationDecisionAnswer(ReviewStep? Step, ApplicationVerdict Decision, Money? Amount, string? Note, DateTimeOffset At);

/// <param name="OrganizationId">Who objects: shown to the authority and the platform, and to itself.</param>
public sealed record ApplicationObjectionAnswer(Id<Organization>? OrganizationId, string Reason, DateTimeOffset At);

/// <summary>The public notice (公示) of an application.</summary>
/// <param name="Calendar">Whether all days count, or working days only.</param>
/// <param name="Until">The last day, which counts in full; null while objections stop it.</param>
/// <param name="DaysLeft">The days that go on when the objections are decided.</param>
/// <param name="HolidaysKnown">False where working days were counted in a year whose public holidays aren't known: by weekends only.</param>
public sealed record PublicityAnswer(PublicityCalendar Calendar, DateOnly? Until, int? DaysLeft, bool HolidaysKnown);

/// <summary>An application for a voucher.</summary>
/// <param name="Step">The review step whose decision it waits for.</param>
/// <param name="Version">The version of the rules that was in force when it was submitted.</param>
/// <param name="Granted">What is to be issued; null before it is submitted.</param>
/// <param name="RejectedFor">The code that its voucher was refused with, where no decision rejected it.</param>
public sealed record ApplicationAnswer(
    Id<VoucherApplication> Id, string Programme, Id<Organization> OrganizationId, ApplicationStatus Status, ReviewStep? Step, int? Version, Money Amount, Money? Granted,
    ApplicationDeclarations Declarations, IReadOnlyList<ApplicationDocumentAnswer> Documents, IReadOnlyList<OutsideMoney> PublicMoneyFromOutside, string? ContractNumber,
    DateOnly? ContractSignedOn, DateTimeOffset? SubmittedAt, PublicityAnswer? Publicity, IReadOnlyList<ApplicationDecisionAnswer> Decisions,
    IReadOnlyList<ApplicationObjectionAnswer> Objections, Id<Voucher>? VoucherId, string? RejectedFor)
{
    /// <param name="application">With its documents, decisions and objections.</param>
    /// <param name="rules">Of its pinned version; null before it is submitted.</param>
    /// <param name="caller">Who reads it.</param>
    public static ApplicationAnswer Of(VoucherApplication application, ProgrammeRules? rules, Caller caller) => new(
        application.Id, application.ProgrammeCode, application.OrganizationId, application.Status, rules is null ? null : application.NextStep(rules),
        application.VersionNumber, application.Amount, application.Status is ApplicationStatus.Draft or ApplicationStatus.Returned ? null : application.Granted,
        application.Declarations, [.. application.Documents.OrderBy(d => d.Id).Select(d => new ApplicationDocumentAnswer(d.Kind, d.Sha256, d.Uri))],
        application.PublicMoneyFromOutside, application.ContractNumber, application.ContractSignedOn, application.SubmittedAt, PublicityOf(application, rules),
        [.. application.Decisions.OrderBy(d => d.Id).Select(d => new ApplicationDecisionAnswer(d.Step, d.Verdict, d.Amount, d.Note, d.At))],
        [.. application.Objections.OrderBy(o => o.Id).Select(o => new ApplicationObjectionAnswer(
            caller.SeesAll || caller.Is(application.AuthorityId) || caller.Is(o.OrganizationId) ? o.OrganizationId : null, o.Reason, o.At))],
        application.VoucherId, application.RejectedFor);

    public static PublicityAnswer? PublicityOf(VoucherApplication application, ProgrammeRules? rules) =>
        application.PublicSince is not { } since || (application.PublicUntil ?? (object?)application.DaysLeft) is null ? null
        : new(
            rules?.PublicityCalendar ?? PublicityCalendar.Calendar, application.PublicUntil, application.DaysLeft,
            rules?.PublicityCalendar != PublicityCalendar.Working || PublicHolidays.Calendar.Knows(since, application.PublicUntil ?? since));
}

/// <summary>Loads applications with all that their answers show.</summary>
internal static class ApplicationQueries
{
    public static IQueryable<VoucherApplication> Whole(this IQueryable<VoucherApplication> applications) =>
        applications.Include(a => a.Documents).Include(a => a.Decisions).Include(a => a.Objections).AsSplitQuery();

    public static async Task<VoucherApplication> WholeAsync(this IQueryable<VoucherApplication> applications, Id<VoucherApplication> id, CancellationToken cancellationToken) =>
        await applications.Whole().SingleOrDefaultAsync(a => a.Id == id, cancellationToken) ?? throw SharedErrors.NotFound("application");

    /// <summary>The rules that applications were submitted under, by code and number.</summary>
    public static async Task<Dictionary<(string Code, int? Number), ProgrammeVersion>> PinnedAsync(
        this IMarketplaceDb db, IEnumerable<VoucherApplication> applications, CancellationToken cancellationToken)
    {
        var codes = applications.Select(application => application.ProgrammeCode).Distinct().ToList();
        return (await db.ProgrammeVersions.AsNoTracking().Where(version => codes.Contains(version.Code)).ToListAsync(cancellationToken))
            .ToDictionary(version => (version.Code, (int?)version.Number));
    }

    public static async Task<ProgrammeVersion?> PinnedAsync(this IMarketplaceDb db, VoucherApplication application, CancellationToken cancellationToken) =>
        (await db.PinnedAsync([application], cancellationToken)).GetValueOrDefault((application.ProgrammeCode, application.VersionNumber));
}

public sealed record GetApplication(Id<VoucherApplication> Id) : IQuery<ApplicationAnswer>;

public sealed class GetApplicationHandler(IMarketplaceDb db, RequestContext context) : IRequestHandler<GetApplication, ApplicationAnswer>
{
    public async Task<ApplicationAnswer> Handle(GetApplication request, CancellationToken cancellationToken)
    {
        var application = await db.VoucherApplications.AsNoTracking().WholeAsync(request.Id, cancellationToken);
        return ApplicationAnswer.Of(application, (await db.PinnedAsync(application, cancellationToken))?.Rules, context.Caller);
    }
}

/// <summary>What applications can be sorted by.</summary>
public enum ApplicationColumn
{
    /// <summary>Its applicant may change that of a draft, and of one that was returned.</summary>
    Amount,
}

/// <summary>The caller's applications; for an authority, those to its programmes that were submitted. The newest first where it isn't said otherwise.</summary>
public sealed record ListApplications(
    PageRequest Page, ApplicationStatus? Status, string? Programme, Id<Organization>? OrganizationId = null, Sort<ApplicationColumn>? Sort = null)
    : IQuery<Page<ApplicationAnswer>>, IPaged;

public sealed class ListApplicationsHandler(IMarketplaceDb db, RequestContext context) : IRequestHandler<ListApplications, Page<ApplicationAnswer>>
{
    public async Task<Page<ApplicationAnswer>> Handle(ListApplications request, CancellationToken cancellationToken)
    {
        var page = await db.VoucherApplications.AsNoTracking().Whole()
            .Where(a => (request.Status == null || a.Status == request.Status) && (request.Programme == null || a.ProgrammeCode == request.Programme)
                && (request.OrganizationId == null || a.OrganizationId == request.OrganizationId))
            .SortedAsync(db.VoucherApplications, request.Page, request.Sort, new() { { ApplicationColumn.Amount, a => a.Amount } }, cancellationToken);
        var versions = await db.PinnedAsync(page.Items, cancellationToken);
        return page.Select(a => ApplicationAnswer.Of(a, versions.GetValueOrDefault((a.ProgrammeCode, a.VersionNumber))?.Rules, context.Caller));
    }
}

/// <summary>What everybody may read of an application in publicity: who is to be granted what, of which programme.</summary>
public sealed record NoticeAnswer(Id<VoucherApplication> ApplicationId, string Programme, Id<Organization> OrganizationId, string Name, Money Amount, PublicityAnswer Publicity);

/// <summary>Applications on public notice, the newest first.</summary>
public sealed record ListNotices(PageRequest Page, string? Programme) : IQuery<Page<NoticeAnswer>>, IPaged;

public sealed class ListNoticesHandler(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock) : IRequestHandler<ListNotices, Page<NoticeAnswer>>
{
    public async Task<Page<NoticeAnswer>> Handle(ListNotices request, CancellationToken cancellationToken)
    {
        var today = settings.Time.Day(clock.GetUtcNow());
        var page = await db.VoucherApplications.IgnoreQueryFilters().AsNoTracking()
            .Where(a => a.Status == ApplicationStatus.Objected || (a.Status == ApplicationStatus.Publicity && a.PublicUntil >= today))
            .Where(a => request.Programme == null || a.ProgrammeCode == request.Programme)
            .NewestFirstAsync(request.Page, a => a.Id, cancellationToken);
        var versions = await db.PinnedAsync(page.Items, cancellationToken);
        var ids = page.Items.Select(a => a.OrganizationId).Distinct().ToList();
        var names = await db.Organizations.IgnoreQueryFilters().AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => o.Name, cancellationToken);
        return page.Select(a => new NoticeAnswer(
            a.Id, a.ProgrammeCode, a.OrganizationId, names[a.OrganizationId], a.Granted,
            ApplicationAnswer.PublicityOf(a, versions[(a.ProgrammeCode, a.VersionNumber)].Rules)!));
    }
}
