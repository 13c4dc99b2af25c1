using System.Text.RegularExpressions;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <summary>
/// Finds out what a bank's row is and books it by the operation that a person would use. What comes in is, first fit: what the
/// books have under its reference; the payment of the one open invoice whose number the remark names; an authority's payment of
/// the one decided claim of that amount; else a deposit. What goes out is known by its reference, or the one unpaid settlement
/// of that amount. Everything else waits for a person.
/// </summary>
public sealed partial class BankMatching(IMarketplaceDb db, IUnitOfWork unitOfWork, IMediator mediator, AuditLog audit)
{
    public async Task BookAsync(Id<BankRow> id, CancellationToken cancellationToken)
    {
        var row = await db.BankRows.AsNoTracking().SingleAsync(r => r.Id == id, cancellationToken);
        var (party, outcome, matched) = await TryAsync(row, cancellationToken);
        await unitOfWork.ExecuteAsync(
            async token =>
            {
                var kept = await db.BankRows.SingleAsync(r => r.Id == id, token);
                if (matched)
                {
                    kept.Match(outcome, party!.Value);
                }
                else
                {
                    kept.Miss(outcome);
                }

                audit.Record("bank_row.looked_at", ("bank-row", id.ToString()), null, new { kept.Status, outcome });
                return Done.Value;
            },
            cancellationToken);
    }

    private async Task<(Id<Organization>? Party, string Outcome, bool Matched)> TryAsync(BankRow row, CancellationToken cancellationToken)
    {
        var party = CreditCode.TryParse(row.CounterpartyCode, out var code) ? await db.Organizations.AsNoTracking().SingleOrDefaultAsync(o => o.CreditCode == code, cancellationToken) : null;
        if (party is null)
        {
            return (null, "counterparty.unknown", false);
        }

        if (await db.BankReferences.AsNoTracking().SingleOrDefaultAsync(r => r.OrganizationId == party.Id && r.Reference == row.Reference, cancellationToken) is { } known)
        {
            return known.Amount == row.Amount ? (party.Id, "known", true) : (party.Id, "amount.differs", false);
        }

        try
        {
            var outcome = row.Amount.IsPositive ? await BookInAsync(row, party, cancellationToken) : await BookOutAsync(row, party, cancellationToken);
            return (party.Id, outcome.Outcome, outcome.Matched);
        }
        catch (RuleException refused)
        {
            return (party.Id, refused.Code, false);
        }
        catch (ApprovalNeededException)
        {
            return (party.Id, "proposal.made", false);
        }
    }

    private async Task<(string Outcome, bool Matched)> BookInAsync(BankRow row, Organization payer, CancellationToken cancellationToken)
    {
        if (payer.Kind == OrganizationKind.Authority)
        {
            var claims = (await db.Claims.AsNoTracking().Include(c => c.Items).Where(c => c.AuthorityId == payer.Id && c.Status == ClaimStatus.Decided).ToListAsync(cancellationToken))
                .Where(c => c.Approved == row.Amount).ToList();
            if (claims.Count != 1)
            {
                return ("claim.none", false);
            }

            await mediator.Send(new PayClaim(row.Reference) { Id = claims[0].Id }, cancellationToken);
            return ("claim", true);
        }

        var numbers = InvoiceNumber().Matches(row.Remark ?? "").Select(match => match.Value).Distinct().ToList();
        if (numbers.Count == 0)
        {
            await mediator.Send(new TransferMoney(row.Amount, row.Reference) { OrganizationId = payer.Id }, cancellationToken);
            return ("deposit", true);
        }

        // Each seller has numbers of its own, so that one number may name several invoices: the amount decides.
        var open = (await db.Invoices.AsNoTracking().Where(i => i.OrganizationId == payer.Id && numbers.Contains(i.Number)).ToListAsync(cancellationToken))
            .Where(i => i.Outstanding >= row.Amount).ToList();
        var fits = open.Count == 1 ? open : open.Where(i => i.Outstanding == row.Amount).ToList();
        if (fits.Count != 1)
        {
            return ("invoice.none", false);
        }

        await mediator.Send(new PayInvoice(row.Amount, row.Reference) { Id = fits[0].Id }, cancellationToken);
        return ("payment", true);
    }

    private async Task<(string Outcome, bool Matched)> BookOutAsync(BankRow row, Organization payee, CancellationToken cancellationToken)
    {
        var due = await db.Settlements.AsNoTracking().Where(s => s.SellerId == payee.Id && s.PaidAt == null && s.FromBuyers == -row.Amount).Select(s => s.Id).ToListAsync(cancellationToken);
        if (due.Count != 1)
        {
            return ("settlement.none", false);
        }

        await mediator.Send(new PaySettlement(row.Reference) { Id = due[0] }, cancellationToken);
        return ("settlement", true);
    }

    [GeneratedRegex(@"(?<![0-9A-Za-z])\d{4}-\d{6}(?![0-9])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InvoiceNumber();
}
