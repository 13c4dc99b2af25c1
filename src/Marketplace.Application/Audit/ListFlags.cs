using System.Text.Json;
using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

public sealed record FlagSubject(string Type, string Id);

/// <summary>Something that somebody has to look at.</summary>
/// <param name="OrganizationId">Whose doing it looks like.</param>
/// <param name="Note">What was said with the decision; null while it is open.</param>
public sealed record FlagAnswer(
    Id<FraudFlag> Id, string Code, FlagSubject Subject, Id<Organization> OrganizationId, DateTimeOffset At, JsonElement Detail, FlagStatus Status, DateTimeOffset? DecidedAt,
    string? Note)
{
    public static FlagAnswer Of(FraudFlag flag) => new(
        flag.Id, flag.Code, new(flag.SubjectType, flag.SubjectId), flag.OrganizationId, flag.At, JsonSerializer.Deserialize<JsonElement>(flag.Detail), flag.Status,
        flag.DecidedAt, flag.Note);
}

/// <summary>What flags can be sorted by.</summary>
public enum FlagColumn
{
    At,
}

/// <summary>Flags, the newest first where it isn't said otherwise.</summary>
public sealed record ListFlags(PageRequest Page, FlagStatus? Status, string? Code, Id<Organization>? OrganizationId = null, Sort<FlagColumn>? Sort = null) : IQuery<Page<FlagAnswer>>, IPaged;

public sealed class ListFlagsValidator : AbstractValidator<ListFlags>
{
    public ListFlagsValidator() => RuleFor(request => request.Code).Must(code => code is null || FlagCodes.All.Contains(code))
        .WithMessage("must be one of " + string.Join(", ", FlagCodes.All));
}

public sealed class ListFlagsHandler(IMarketplaceDb db) : IRequestHandler<ListFlags, Page<FlagAnswer>>
{
    public async Task<Page<FlagAnswer>> Handle(ListFlags request, CancellationToken cancellationToken) =>
        (await db.FraudFlags.AsNoTracking()
            .Where(f => (request.Status == null || f.Status == request.Status) && (request.Code == null || f.Code == request.Code)
                && (request.OrganizationId == null || f.OrganizationId == request.OrganizationId))
            .SortedAsync(db.FraudFlags, request.Page, request.Sort, new() { FlagColumn.At }, cancellationToken)).Select(FlagAnswer.Of);
}
