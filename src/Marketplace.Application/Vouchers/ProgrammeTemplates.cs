using System.Reflection;
using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;

namespace Marketplace.Application.Vouchers;

/// <summary>How near to the official text a template's source is.</summary>
public enum SourceGrade
{
    /// <summary>The official text, on a site that copies such texts.</summary>
    Official,

    /// <summary>News of it.</summary>
    News,

    /// <summary>A digest of an official page.</summary>
    Digest,
}

public sealed record TemplateSource(string? Url, SourceGrade Grade);

/// <summary>
/// What is known of a real programme's rules. What isn't known is left out, never guessed: <see cref="Open"/> says what an
/// authority still has to set before it can make a programme of it.
/// </summary>
/// <param name="Code">A suggestion for the programme's.</param>
/// <param name="Name">As the programme calls itself.</param>
/// <param name="Authority">Whose programme it is.</param>
/// <param name="Years">For which it was made; null where that isn't known.</param>
/// <param name="BudgetPerYear">Null where it isn't known.</param>
/// <param name="Source">Where the rules are from.</param>
/// <param name="Rules">Those that are known.</param>
/// <param name="Notes">What the rules can't say by themselves.</param>
public sealed record ProgrammeTemplate(
    string Code, string Name, string Authority, string? Years, Money? BudgetPerYear, TemplateSource Source, ProgrammeRules Rules, IReadOnlyList<string> Notes)
{
    /// <summary>What is missing or in question, by its path.</summary>
    public IReadOnlyList<RuleProblem> Open => Rules.Check();

    /// <summary>The templates that come with the product, by code.</summary>
    public static IReadOnlyList<ProgrammeTemplate> Shipped { get; } = Load();

    private static IReadOnlyList<ProgrammeTemplate> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("programme-templates.json")!;
        return [.. JsonSerializer.Deserialize<List<ProgrammeTemplate>>(stream, MarketJson.Options)!.OrderBy(template => template.Code, StringComparer.Ordinal)];
    }
}

/// <summary>Templates of real programmes, by code. There are a few dozen at most, so they come on one page.</summary>
public sealed record ListProgrammeTemplates : IQuery<Page<ProgrammeTemplate>>;

public sealed class ListProgrammeTemplatesHandler : IRequestHandler<ListProgrammeTemplates, Page<ProgrammeTemplate>>
{
    public Task<Page<ProgrammeTemplate>> Handle(ListProgrammeTemplates request, CancellationToken cancellationToken) =>
        Task.FromResult(new Page<ProgrammeTemplate>(ProgrammeTemplate.Shipped, null));
}
