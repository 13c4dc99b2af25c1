using System.Text.Json;
using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

public sealed record AuditEntryAnswer(
    Id<AuditEntry> Id, DateTimeOffset At, string Actor, Id<Organization>? OrganizationId, string Action, string SubjectType, string SubjectId,
    JsonElement Details, long? Seal)
{
    public static AuditEntryAnswer Of(AuditEntry entry) => new(
        entry.Id, entry.At, entry.Actor, entry.OwnerId, entry.Action, entry.SubjectType, entry.SubjectId, JsonSerializer.Deserialize<JsonElement>(entry.Details), entry.SealNumber);
}

/// <summary>What audit entries can be sorted by.</summary>
public enum AuditColumn
{
    At,
}

/// <summary>Audit entries that the caller may read, the newest first: an organization's own; all for admins and auditors.</summary>
public sealed record ListAuditEntries(PageRequest Page, string? Action, string? SubjectType, string? SubjectId, string? Actor, Id<Organization>? OrganizationId, DateTimeOffset? From, DateTimeOffset? To, Sort<AuditColumn>? Sort = null)
    : IQuery<Page<AuditEntryAnswer>>, IPaged;

public sealed class ListAuditEntriesHandler(IMarketplaceDb db) : IRequestHandler<ListAuditEntries, Page<AuditEntryAnswer>>
{
    public async Task<Page<AuditEntryAnswer>> Handle(ListAuditEntries request, CancellationToken cancellationToken)
    {
        var entries = db.AuditEntries.AsNoTracking().Where(entry =>
            (request.Action == null || entry.Action == request.Action)
            && (request.SubjectType == null || entry.SubjectType == request.SubjectType)
            && (request.SubjectId == null || entry.SubjectId == request.SubjectId)
            && (request.Actor == null || entry.Actor == request.Actor)
            && (request.OrganizationId == null || entry.OwnerId == request.OrganizationId)
            && (request.From == null || entry.At >= request.From)
            && (request.To == null || entry.At < request.To));

        return (await entries.SortedAsync(db.AuditEntries, request.Page, request.Sort, new() { AuditColumn.At }, cancellationToken)).Select(AuditEntryAnswer.Of);
    }
}

public sealed record AuditSealAnswer(long Number, DateTimeOffset At, int Entries, string PreviousDigest, string Digest);

/// <summary>The chain of seals, the newest first; digests in hexadecimal, to be kept where the platform can't reach them.</summary>
public sealed record ListAuditSeals(PageRequest Page) : IQuery<Page<AuditSealAnswer>>;

public sealed class ListAuditSealsValidator : AbstractValidator<ListAuditSeals>
{
    public ListAuditSealsValidator()
    {
        RuleFor(request => request.Page.Limit).InclusiveBetween(1, PageRequest.Max).OverridePropertyName("limit");
        RuleFor(request => request.Page.Cursor).Must(cursor => cursor is null || long.TryParse(cursor, out _))
            .WithMessage("must be a cursor that a page before gave").OverridePropertyName("cursor");
    }
}

public sealed class ListAuditSealsHandler(IMarketplaceDb db) : IRequestHandler<ListAuditSeals, Page<AuditSealAnswer>>
{
    public async Task<Page<AuditSealAnswer>> Handle(ListAuditSeals request, CancellationToken cancellationToken)
    {
        var before = request.Page.Cursor is null ? long.MaxValue : long.Parse(request.Page.Cursor, System.Globalization.CultureInfo.InvariantCulture);
        var seals = await db.AuditSeals.AsNoTracking().Where(seal => seal.Number < before).OrderByDescending(seal => seal.Number)
            .Take(request.Page.Size).ToListAsync(cancellationToken);
        return new(
            [.. seals.Select(seal => new AuditSealAnswer(
                seal.Number, seal.At, seal.Entries, Convert.ToHexStringLower(seal.PreviousDigest), Convert.ToHexStringLower(seal.Digest)))],
            seals.Count < request.Page.Size || seals[^1].Number == 1 ? null : seals[^1].Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
