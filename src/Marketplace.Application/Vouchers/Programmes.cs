using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>
/// A programme with its money, all cumulative: issued less what came back to the budget, redeemed less returns and rejections,
/// claimed, paid; remaining is budget less issued. Rules are everybody's to read; the money is shown to the authority behind the
/// programme and to the platform, and null to others.
/// </summary>
public sealed record ProgrammeAnswer(
    string Code, string Name, Id<Organization> AuthorityId, int Version, ProgrammeRules Rules, Money? Budget, IReadOnlyDictionary<string, Money>? Budgets,
    Money? Issued, Money? Redeemed, Money? Claimed, Money? Paid, Money? Remaining);

/// <summary>Sets up a programme with its first version of rules and one budget, or one a year.</summary>
public sealed record CreateProgramme(
    string? Code, string? Name, Id<Organization>? AuthorityId, Money? Budget, IReadOnlyDictionary<string, Money>? Budgets, ProgrammeRules? Rules) : ICommand<ProgrammeAnswer>;

public sealed partial class CreateProgrammeValidator : AbstractValidator<CreateProgramme>
{
    public CreateProgrammeValidator()
    {
        RuleFor(request => request.Code).Must(code => code is not null && WellFormed().IsMatch(code))
            .WithMessage("must be 1 to 50 small letters, digits and hyphens, beginning with a letter or digit");
        RuleFor(request => request.Name).Text(200);
        RuleFor(request => request.AuthorityId).Required();
        RuleFor(request => request.Budget).PositiveAmount().When(request => request.Budgets is null);
        RuleFor(request => request.Budget).Null().WithMessage("goes without budgets only").When(request => request.Budgets is not null);
        RuleFor(request => request.Budgets).Custom((budgets, validation) =>
        {
            foreach (var (year, amount) in budgets ?? new Dictionary<string, Money>())
            {
                if (!int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 2000 or > 2199)
                {
                    validation.AddFailure("budgets." + year, "must be a year");
                }
                else if (!amount.IsPositive || amount > Money.Limit)
                {
                    validation.AddFailure("budgets." + year, $"must be more than 0.00 and at most {Money.Limit}");
                }
            }

            if (budgets is { Count: 0 or > 50 })
            {
                validation.AddFailure("budgets", "must have 1 to 50 years");
            }
        });
        RuleFor(request => request.Rules).Required();
        RuleFor(request => request.Rules).Custom(ProgrammeRuleChecks.Report);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,49}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WellFormed();
}

internal static class ProgrammeRuleChecks
{
    public static void Report<T>(ProgrammeRules? rules, ValidationContext<T> validation)
    {
        foreach (var problem in rules is null ? [] : RulesCheck.Of(rules))
        {
            validation.AddFailure(problem.Path, problem.Text);
        }
    }
}

public sealed class CreateProgrammeHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<CreateProgramme, ProgrammeAnswer>
{
    public async Task<ProgrammeAnswer> Handle(CreateProgramme request, CancellationToken cancellationToken)
    {
        var authority = await db.Organizations.SingleOrDefaultAsync(o => o.Id == request.AuthorityId, cancellationToken);
        if (authority?.Kind != OrganizationKind.Authority)
        {
            throw InvalidRequestException.For("authorityId", "must be an authority that the caller may act for");
        }

        if (await db.Programmes.IgnoreQueryFilters().AnyAsync(programme => programme.Code == request.Code, cancellationToken))
        {
            throw new RuleException(Refusal.Conflict, "programme.exists", $"There is a programme {request.Code} already.");
        }

        var now = clock.GetUtcNow();
        var programme = new Programme { Code = request.Code!, AuthorityId = authority.Id, Name = request.Name!, CreatedAt = now };
        db.Programmes.Add(programme);
        db.ProgrammeVersions.Add(new() { Code = programme.Code, Number = 1, From = now, Rules = request.Rules! });
        List<ProgrammeBudget> budgets = request.Budgets is null
            ? [new() { Code = programme.Code, Year = ProgrammeBudget.Undated, Amount = request.Budget!.Value }]
            : [.. request.Budgets.Select(budget => new ProgrammeBudget { Code = programme.Code, Year = int.Parse(budget.Key, CultureInfo.InvariantCulture), Amount = budget.Value })];
        db.ProgrammeBudgets.AddRange(budgets);
        audit.Record("programme.created", ("programme", programme.Code), authority.Id, new { context.Caller.Role, request.Name, request.Budget, request.Budgets, request.Rules });
        return ProgrammeAnswers.Of(programme, 1, request.Rules!, budgets, Money.Zero, Money.Zero, Money.Zero);
    }
}

/// <summary>Changes the rules from an instant on. Orders that were placed before keep those that they were placed under.</summary>
public sealed record AddProgrammeVersion(ProgrammeRules? Rules, DateTimeOffset? From) : ICommand<ProgrammeAnswer>
{
    [JsonIgnore]
    public string Code { get; init; } = "";
}

public sealed class AddProgrammeVersionValidator : AbstractValidator<AddProgrammeVersion>
{
    public AddProgrammeVersionValidator(MarketClock clock)
    {
        RuleFor(request => request.Rules).Required();
        RuleFor(request => request.Rules).Custom(ProgrammeRuleChecks.Report);
        RuleFor(request => request.From).Required().Must(from => from is null || from >= clock.GetUtcNow()).WithMessage("must not be in the past");
    }
}

public sealed class AddProgrammeVersionHandler(IMarketplaceDb db, AuditLog audit, IMediator mediator) : IRequestHandler<AddProgrammeVersion, ProgrammeAnswer>
{
    public async Task<ProgrammeAnswer> Handle(AddProgrammeVersion request, CancellationToken cancellationToken)
    {
        var programme = await db.Programmes.SingleOrDefaultAsync(p => p.Code == request.Code, cancellationToken) ?? throw SharedErrors.NotFound("programme");
        var latest = await db.ProgrammeVersions.Where(version => version.Code == programme.Code).OrderByDescending(version => version.Number).FirstAsync(cancellationToken);
        if (request.From <= latest.From)
        {
            throw new RuleException(Refusal.Conflict, "programme.version_order", $"Version {latest.Number} begins at {latest.From:O}; the next one must begin after it.");
        }

        db.ProgrammeVersions.Add(new() { Code = programme.Code, Number = latest.Number + 1, From = request.From!.Value, Rules = request.Rules! });
        audit.Record("programme.version_added", ("programme", programme.Code), programme.AuthorityId, new { number = latest.Number + 1, request.From, request.Rules, before = latest.Rules });
        return await mediator.Send(new GetProgramme(programme.Code), cancellationToken);
    }
}

public sealed record GetProgramme(string Code) : IQuery<ProgrammeAnswer>;

public sealed class GetProgrammeHandler(IMarketplaceDb db, RequestContext context, MarketClock clock) : IRequestHandler<GetProgramme, ProgrammeAnswer>
{
    public async Task<ProgrammeAnswer> Handle(GetProgramme request, CancellationToken cancellationToken)
    {
        var programme = await db.Programmes.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(p => p.Code == request.Code, cancellationToken)
            ?? throw SharedErrors.NotFound("programme");
        return (await ProgrammeAnswers.OfAsync(db, context.Caller, [programme], clock.GetUtcNow(), cancellationToken))[0];
    }
}

/// <summary>What programmes can be sorted by.</summary>
public enum ProgrammeColumn
{
    Code,
    Name,
}

/// <summary>All programmes, by code where it isn't said otherwise.</summary>
/// <param name="Name">Those whose name has this in it, in any case.</param>
public sealed record ListProgrammes(PageRequest Page, string? Name = null, Id<Organization>? AuthorityId = null, Sort<ProgrammeColumn>? Sort = null)
    : IQuery<Page<ProgrammeAnswer>>, IPagedByText;

public sealed class ListProgrammesHandler(IMarketplaceDb db, RequestContext context, MarketClock clock) : IRequestHandler<ListProgrammes, Page<ProgrammeAnswer>>
{
    public async Task<Page<ProgrammeAnswer>> Handle(ListProgrammes request, CancellationToken cancellationToken)
    {
        var all = db.Programmes.IgnoreQueryFilters();
        var page = await all.AsNoTracking().Containing(programme => programme.Name, request.Name)
            .Where(programme => request.AuthorityId == null || programme.AuthorityId == request.AuthorityId)
            .SortedByTextAsync(
                all, programme => programme.Code, request.Page, request.Sort,
                new() { ProgrammeColumn.Code, { ProgrammeColumn.Name, programme => programme.Name } }, cancellationToken);
        return new(await ProgrammeAnswers.OfAsync(db, context.Caller, page.Items, clock.GetUtcNow(), cancellationToken), page.Next);
    }
}

internal static class ProgrammeAnswers
{
    /// <summary>Budgets and redemptions come through the caller's filters; who may not see them is shown no money at all.</summary>
    public static async Task<IReadOnlyList<ProgrammeAnswer>> OfAsync(
        IMarketplaceDb db, Caller caller, IReadOnlyList<Programme> programmes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var codes = programmes.Select(programme => programme.Code).ToList();
        var versions = (await db.ProgrammeVersions.AsNoTracking().Where(version => codes.Contains(version.Code)).ToListAsync(cancellationToken)).ToLookup(version => version.Code);
        var budgets = (await db.ProgrammeBudgets.AsNoTracking().Where(budget => codes.Contains(budget.Code)).ToListAsync(cancellationToken)).ToLookup(budget => budget.Code);
        var redemptions = await db.Redemptions.Where(redemption => codes.Contains(redemption.ProgrammeCode)).GroupBy(redemption => redemption.ProgrammeCode).Select(group => new
        {
            Code = group.Key,
            Redeemed = group.Sum(r => (long)(object)r.Amount - (long)(object)r.Returned - (long)(object)r.Rejected),
            Claimed = group.Sum(r => (long)(object)r.Claimed),
            Paid = group.Sum(r => (long)(object)r.Paid),
        }).ToDictionaryAsync(row => row.Code, cancellationToken);
        return [.. programmes.Select(programme =>
        {
            var version = ProgrammeVersion.InForce(versions[programme.Code], now) ?? versions[programme.Code].MinBy(v => v.Number)!;
            var money = redemptions.GetValueOrDefault(programme.Code);
            return caller.SeesAll || caller.Is(programme.AuthorityId)
                ? Of(programme, version.Number, version.Rules, [.. budgets[programme.Code]], new(money?.Redeemed ?? 0), new(money?.Claimed ?? 0), new(money?.Paid ?? 0))
                : new ProgrammeAnswer(programme.Code, programme.Name, programme.AuthorityId, version.Number, version.Rules, null, null, null, null, null, null, null);
        })];
    }

    public static ProgrammeAnswer Of(
        Programme programme, int version, ProgrammeRules rules, IReadOnlyCollection<ProgrammeBudget> budgets, Money redeemed, Money claimed, Money paid) => new(
        programme.Code, programme.Name, programme.AuthorityId, version, rules, budgets.Sum(budget => budget.Amount),
        budgets.Any(budget => budget.Year != ProgrammeBudget.Undated)
            ? budgets.OrderBy(budget => budget.Year).ToDictionary(budget => budget.Year.ToString(CultureInfo.InvariantCulture), budget => budget.Amount) : null,
        budgets.Sum(budget => budget.Issued), redeemed, claimed, paid, budgets.Sum(budget => budget.Remaining));
}
