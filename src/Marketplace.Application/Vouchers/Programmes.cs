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
/// claimed, paid; remaining is budget less issued.
/// </summary>
public sealed record ProgrammeAnswer(
    string Code, string Name, Id<Organization> AuthorityId, int Version, ProgrammeRules Rules, Money Budget, IReadOnlyDictionary<string, Money>? Budgets,
    Money Issued, Money Redeemed, Money Claimed, Money Paid, Money Remaining);

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
        foreach (var problem in rules is null ? [] : RulesCheck.Of(rules).Concat(NotTrackedYet(rules)))
        {
            validation.AddFailure(problem.Path, problem.Text);
        }
    }

    /// <summary>Rules that ask for figures which aren't kept yet are refused, rather than evaluated on nothing.</summary>
    private static IEnumerable<RuleProblem> NotTrackedYet(ProgrammeRules rules)
    {
        (string Path, bool Asked)[] untracked =
        [
            ("rules.tiers", rules.Tiers is not null), ("rules.floors.spendPerYear", rules.Floors?.SpendPerYear is not null),
            ("rules.floors.spendWithin", rules.Floors?.SpendWithin is not null), ("rules.mode", rules.Mode == ProgrammeMode.Reward),
            ("rules.corroboration", rules.Corroboration is not null and not Corroboration.None),
        ];
        return untracked.Where(rule => rule.Asked).Select(rule => new RuleProblem(rule.Path, "can't be evaluated yet"));
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

/// <summary>One programme. Everybody may read its rules; its money is the authority's and the platform's to see.</summary>
public sealed record GetProgramme(string Code) : IQuery<ProgrammeAnswer>;

public sealed class GetProgrammeHandler(IMarketplaceDb db, MarketClock clock) : IRequestHandler<GetProgramme, ProgrammeAnswer>
{
    public async Task<ProgrammeAnswer> Handle(GetProgramme request, CancellationToken cancellationToken)
    {
        var programme = await db.Programmes.AsNoTracking().SingleOrDefaultAsync(p => p.Code == request.Code, cancellationToken) ?? throw SharedErrors.NotFound("programme");
        return await ProgrammeAnswers.OfAsync(db, programme, clock.GetUtcNow(), cancellationToken);
    }
}

/// <summary>The programmes that the caller sees, by code.</summary>
public sealed record ListProgrammes : IQuery<Page<ProgrammeAnswer>>;

public sealed class ListProgrammesHandler(IMarketplaceDb db, MarketClock clock) : IRequestHandler<ListProgrammes, Page<ProgrammeAnswer>>
{
    public async Task<Page<ProgrammeAnswer>> Handle(ListProgrammes request, CancellationToken cancellationToken)
    {
        var answers = new List<ProgrammeAnswer>();
        foreach (var programme in await db.Programmes.AsNoTracking().OrderBy(p => p.Code).ToListAsync(cancellationToken))
        {
            answers.Add(await ProgrammeAnswers.OfAsync(db, programme, clock.GetUtcNow(), cancellationToken));
        }

        return new(answers, null);
    }
}

internal static class ProgrammeAnswers
{
    public static async Task<ProgrammeAnswer> OfAsync(IMarketplaceDb db, Programme programme, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var versions = await db.ProgrammeVersions.AsNoTracking().Where(version => version.Code == programme.Code).ToListAsync(cancellationToken);
        var budgets = await db.ProgrammeBudgets.AsNoTracking().Where(budget => budget.Code == programme.Code).ToListAsync(cancellationToken);
        var redemptions = await db.Redemptions.Where(redemption => redemption.ProgrammeCode == programme.Code).GroupBy(_ => 1).Select(all => new
        {
            Redeemed = all.Sum(r => (long)(object)r.Amount - (long)(object)r.Returned - (long)(object)r.Rejected),
            Claimed = all.Sum(r => (long)(object)r.Claimed),
            Paid = all.Sum(r => (long)(object)r.Paid),
        }).SingleOrDefaultAsync(cancellationToken);
        var inForce = ProgrammeVersion.InForce(versions, now) ?? versions.MinBy(version => version.Number)!;
        return Of(programme, inForce.Number, inForce.Rules, budgets, new(redemptions?.Redeemed ?? 0), new(redemptions?.Claimed ?? 0), new(redemptions?.Paid ?? 0));
    }

    public static ProgrammeAnswer Of(
        Programme programme, int version, ProgrammeRules rules, IReadOnlyCollection<ProgrammeBudget> budgets, Money redeemed, Money claimed, Money paid) => new(
        programme.Code, programme.Name, programme.AuthorityId, version, rules, budgets.Sum(budget => budget.Amount),
        budgets.Any(budget => budget.Year != ProgrammeBudget.Undated)
            ? budgets.OrderBy(budget => budget.Year).ToDictionary(budget => budget.Year.ToString(CultureInfo.InvariantCulture), budget => budget.Amount) : null,
        budgets.Sum(budget => budget.Issued), redeemed, claimed, paid, budgets.Sum(budget => budget.Remaining));
}
