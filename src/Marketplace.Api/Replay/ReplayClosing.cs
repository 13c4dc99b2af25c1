using Marketplace.Application.Audit;
using Marketplace.Application.Audit.Verification;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Replay;

/// <summary>What follows a month: bills and settlements by the jobs, then claims, decisions and payments, and the auditor's look at all of it.</summary>
internal sealed class ReplayClosing(ReplayStages stages, ReplayMarket market, ReplayRun run, MarketplaceSettings settings)
{
    public Money Claimed { get; private set; }
    public Money ClaimsPaid { get; private set; }
    public int Claims { get; private set; }

    /// <summary>Lets the jobs close, bill and settle every month that has legs, and look for fraud in the night after.</summary>
    public async Task BillAsync()
    {
        var end = await stages.ReadAsync(db => db.Legs.MaxAsync(leg => leg.To));
        var last = settings.Time.Period((end - 1).Start);
        await run.RunJobsAsync(settings.Time.EndOf(last) + settings.CloseGrace + TimeSpan.FromDays(2));
    }

    /// <summary>Everybody claims what is theirs to claim, gets it, and is paid out.</summary>
    public async Task ClaimAsync()
    {
        var upTo = settings.Time.Day((await stages.ReadAsync(db => db.Legs.MaxAsync(leg => leg.To))).Start);
        foreach (var scheme in market.Schemes)
        {
            foreach (var payee in scheme.Mode == ProgrammeMode.Reimburse ? market.Buyers.Select(firm => firm.Caller) : market.Sellers)
            {
                await ClaimAsync(scheme, payee, upTo);
            }
        }

        var settlements = await stages.ReadAsync(db => db.Settlements.AsNoTracking().ToListAsync());
        foreach (var settlement in settlements)
        {
            await PayAsync(settlement.Id, SettlementPart.Buyers);
            await PayAsync(settlement.Id, SettlementPart.Programmes);
        }
    }

    public async Task<IReadOnlyList<ReplayAnswer>> ReplayAsync()
    {
        var periods = await stages.ReadAsync(db => db.Invoices.Select(invoice => invoice.Period).Distinct().ToListAsync());
        var answers = new List<ReplayAnswer>();
        foreach (var period in periods.Order())
        {
            answers.Add(await stages.SendAsync("replay invoices", market.Admin, new ReplayInvoices(period)));
        }

        return answers;
    }

    public Task<VerificationAnswer> VerifyAsync() => stages.SendAsync("verify", market.Admin, new VerifyInvariants());

    public async Task<IReadOnlyList<FlagAnswer>> FlagsAsync()
    {
        var (flags, cursor) = (new List<FlagAnswer>(), (string?)null);
        do
        {
            var page = await stages.SendAsync("read", market.Admin, new ListFlags(new(PageRequest.Max, cursor), null, null));
            flags.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return flags;
    }

    private async Task ClaimAsync(ReplayProgramme scheme, Caller payee, DateOnly upTo)
    {
        try
        {
            var claim = await stages.SendAsync("claim", payee, new SubmitClaim(scheme.Code, upTo));
            await stages.SendAsync("decide", scheme.Authority, new DecideClaim([]) { Id = claim.Id });
            var paid = await stages.SendAsync("pay", market.Admin, new PayClaim($"replay claim {claim.Id}") { Id = claim.Id });
            (Claims, Claimed, ClaimsPaid) = (Claims + 1, Claimed + claim.Total, ClaimsPaid + paid.Approved);
        }
        catch (RuleException empty) when (empty.Code == "claim.empty")
        {
            // Nothing of this programme is this payee's.
        }
    }

    private async Task PayAsync(Id<Settlement> settlement, SettlementPart part)
    {
        try
        {
            await stages.SendAsync("pay", market.Admin, new PaySettlement($"replay payout {settlement} {part}", part) { Id = settlement });
        }
        catch (RuleException nothing) when (nothing.Code == "settlement.nothing_due")
        {
            // No voucher paid any of it.
        }
    }
}
