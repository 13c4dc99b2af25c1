using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marketplace.Application.Audit;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <param name="Outcome">What the row was booked as, or why nothing fits.</param>
public sealed record BankRowAnswer(
    Id<BankRow> Id, Id<BankStatement> StatementId, int Line, DateOnly BookedOn, Money Amount, string Reference, string? CounterpartyCode, string? Remark, BankRowStatus Status,
    string? Outcome, string? Note)
{
    public static BankRowAnswer Of(BankRow row) => new(
        row.Id, row.StatementId, row.Line, row.BookedOn, row.Amount, row.Reference, row.CounterpartyCode, row.Remark, row.Status, row.Outcome, row.Note);
}

public sealed record BankStatementAnswer(Id<BankStatement> Id, DateTimeOffset ImportedAt, int Matched, int Unmatched, IReadOnlyList<BankRowAnswer> Rows);

/// <summary>
/// Imports a statement of the custodian's bank. Each row is booked in a transaction of its own; the same file again goes on with
/// the rows that weren't looked at, and answers the same.
/// </summary>
public sealed record ImportBankStatement(IReadOnlyList<BankRowInput> Rows) : IResumable<BankStatementAnswer>;

public sealed class ImportBankStatementHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, BankMatching matching, AuditLog audit, MarketClock clock)
    : IRequestHandler<ImportBankStatement, BankStatementAnswer>
{
    public async Task<BankStatementAnswer> Handle(ImportBankStatement request, CancellationToken cancellationToken)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(request.Rows, MarketJson.Options)));
        var id = await unitOfWork.ExecuteAsync(token => KeepAsync(request.Rows, digest, token), cancellationToken);
        foreach (var row in await db.BankRows.AsNoTracking().Where(r => r.StatementId == id && r.Status == BankRowStatus.Pending).OrderBy(r => r.Line).Select(r => r.Id).ToListAsync(cancellationToken))
        {
            await matching.BookAsync(row, cancellationToken);
        }

        var statement = await db.BankStatements.AsNoTracking().Include(s => s.Rows).SingleAsync(s => s.Id == id, cancellationToken);
        return new(
            statement.Id, statement.ImportedAt, statement.Rows.Count(row => row.Status != BankRowStatus.Unmatched), statement.Rows.Count(row => row.Status == BankRowStatus.Unmatched),
            [.. statement.Rows.OrderBy(row => row.Line).Select(BankRowAnswer.Of)]);
    }

    private async Task<Id<BankStatement>> KeepAsync(IReadOnlyList<BankRowInput> rows, byte[] digest, CancellationToken cancellationToken)
    {
        if (await db.BankStatements.SingleOrDefaultAsync(s => s.Digest == digest, cancellationToken) is { } before)
        {
            return before.Id;
        }

        var now = clock.GetUtcNow();
        var id = Id<BankStatement>.New(now);
        db.BankStatements.Add(new()
        {
            Id = id,
            Digest = digest,
            ImportedAt = now,
            Rows = [.. rows.Select(row => new BankRow
            {
                Id = Id<BankRow>.New(now),
                StatementId = id,
                Line = row.Line,
                BookedOn = row.BookedOn,
                Amount = row.Amount,
                Reference = row.Reference,
                CounterpartyCode = row.CounterpartyCode,
                Remark = row.Remark,
            })],
        });
        audit.Record("bank_statement.imported", ("bank-statement", id.ToString()), null, new { rows = rows.Count, digest = Convert.ToHexStringLower(digest) });
        return id;
    }
}

/// <summary>What rows of statements can be sorted by.</summary>
public enum BankRowColumn
{
    Amount,
    BookedOn,
}

/// <summary>Rows of statements, the newest first where it isn't said otherwise.</summary>
/// <param name="From">Those booked on this day or later.</param>
/// <param name="To">Those booked on this day or before.</param>
/// <param name="Reference">Those whose reference has this in it, in any case.</param>
public sealed record ListBankRows(
    PageRequest Page, BankRowStatus? Status, DateOnly? From = null, DateOnly? To = null, string? Reference = null, Sort<BankRowColumn>? Sort = null) : IQuery<Page<BankRowAnswer>>, IPaged;

public sealed class ListBankRowsHandler(IMarketplaceDb db) : IRequestHandler<ListBankRows, Page<BankRowAnswer>>
{
    public async Task<Page<BankRowAnswer>> Handle(ListBankRows request, CancellationToken cancellationToken) =>
        (await db.BankRows.AsNoTracking().Containing(row => row.Reference, request.Reference)
            .Where(row => (request.Status == null || row.Status == request.Status) && (request.From == null || row.BookedOn >= request.From) && (request.To == null || row.BookedOn <= request.To))
            .SortedAsync(
                db.BankRows, request.Page, request.Sort, new() { { BankRowColumn.Amount, row => row.Amount }, { BankRowColumn.BookedOn, row => row.BookedOn } }, cancellationToken))
        .Select(BankRowAnswer.Of);
}
