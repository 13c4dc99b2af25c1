using System.Security.Cryptography;
using Marketplace.Application.Audit;
using Marketplace.Application.Audit.Verification;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Replay;

/// <summary>One dishonest deed, and what of the product found it.</summary>
/// <param name="FoundBy">A verdict, a flag, a refusal or a check by its code, and what it said.</param>
internal sealed record CheatAnswer(string Deed, bool Found, IReadOnlyList<string> FoundBy);

/// <summary>
/// Parties that cheat, beside the honest ones: a provider and firms under one control, with a centre of their own. Nothing here
/// looks for the deeds; it asks the product what it found.
/// </summary>
internal sealed class ReplayCheats(ReplayStages stages, ReplayMarket market, ReplayMetering metering, DateTimeOffset from)
{
    private const string Model = "A800";
    private const string Holding = "Shadow Holding";
    private const string Scheme = "chengdu-2025";
    private const int Cards = 8;
    private const int Hours = 24;

    private readonly List<CheatAnswer> _deeds = [];
    private ReplayCenter _center = null!;
    private OrderLegAnswer? _leg;
    private OrderAnswer _order = null!;
    private Caller _sister = Caller.Anonymous;
    private Id<Domain.Billing.Invoice> _edited;

    /// <summary>The firms apply, each for all that one applicant may have, and one buys of its sister.</summary>
    public async Task BeginAsync(DateTimeOffset to)
    {
        var provider = await market.RegisterAsync("Shadow Compute", OrganizationKind.Provider, "510100", Holding);
        _center = await market.CenterAsync(provider, "Shadow centre", "510104", null, 1.3m);
        await stages.SendAsync("list", provider, new AddNodes([new("shadow-1", Model, Cards, 128, 1024)]) { CenterId = _center.Id });
        _ = Price.TryParse("30.00", out var price);
        await stages.SendAsync("list", provider, new CreateListing(_center.Id, null, from, to, Product.Metered, price, null, null, null, null, null));
        _sister = await market.RegisterAsync("Shadow Robotics", OrganizationKind.Enterprise, "510104", Holding);
        var twin = await market.RegisterAsync("Shadow Genomics", OrganizationKind.Enterprise, "510104", Holding);
        await SplitAsync(twin);
        await RelatedAsync();
    }

    /// <summary>Once the sham order is over, its readings: of cards that idled, then once more, and signed by somebody else.</summary>
    public async Task OnStepAsync(DateTimeOffset now)
    {
        if (_leg is not { } leg || now < leg.To.Start)
        {
            return;
        }

        _leg = null;
        var readings = Readings(leg, "r", energy: 16).ToList();
        await metering.SendAsync(_center, readings, _center.Key);
        var again = await metering.SendAsync(_center, readings, _center.Key);
        var renamed = await metering.SendAsync(_center, [.. Readings(leg, "x", energy: 16)], _center.Key);
        var changed = await metering.SendAsync(_center, [.. Readings(leg, "r", energy: 17)], _center.Key);
        Note("doubled readings", again.Accepted + renamed.Accepted + changed.Accepted == 0 && again.Duplicates == readings.Count,
            $"verdict duplicate: {again.Duplicates} of {readings.Count} sent twice",
            $"verdict {string.Join(", ", renamed.Rejected.Select(r => r.Code).Distinct())}: {renamed.Rejected.Count} of {readings.Count} under new ids",
            $"verdict {string.Join(", ", changed.Conflicts.Select(c => c.Code).Distinct())}: {changed.Conflicts.Count} of {readings.Count} with other content");
        await ForgeAsync(leg);
    }

    /// <summary>After billing: a line of an invoice is changed in the database, past the product.</summary>
    public Task EditAsync() => stages.ReadAsync(async db =>
    {
        var invoice = await db.Invoices.Include(i => i.Lines).OrderBy(i => i.Id).FirstAsync();
        _edited = invoice.Id;
        var line = invoice.Lines[0];
        var (amount, net) = (new Money(line.Amount.Fen + 100), new Money(line.Net.Fen + 100));
        return await ((MarketplaceDbContext)db).InvoiceLines.Where(l => l.Id == line.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.Amount, amount).SetProperty(l => l.Net, net));
    });

    /// <summary>What the product says of all of it in the end.</summary>
    public IReadOnlyList<CheatAnswer> Answer(VerificationAnswer verification, IReadOnlyList<ReplayAnswer> replays, IReadOnlyList<FlagAnswer> flags)
    {
        List<string> Flags(params string[] codes) =>
            [.. flags.Where(flag => codes.Contains(flag.Code)).Select(flag => $"flag {flag.Code} on {flag.Subject.Type} of {market.Names.GetValueOrDefault(flag.OrganizationId, "?")}")];
        var broken = verification.Invariants.Where(invariant => !invariant.Holds).Select(invariant => $"verification {invariant.Name}: {invariant.Violations[0]}");
        var differing = replays.SelectMany(replay => replay.Differing).Where(invoice => invoice.InvoiceId == _edited).Select(invoice => $"replay: {invoice.FirstDifference}").ToList();
        Note("hand-edited invoice", differing.Count > 0 && !verification.Invariants.Single(i => i.Name == "invoices.unchanged").Holds, [.. broken, .. differing]);
        Note("inflated utilization", Flags(FlagCodes.Energy).Count > 0 && Flags(FlagCodes.SameCurves).Count > 0, [.. Flags(FlagCodes.Energy, FlagCodes.SameCurves)]);
        return [.. _deeds.Select(deed => deed.Deed switch
        {
            "split applicants" => With(deed, Flags(FlagCodes.ApplicantSplit)),
            "related-party trade" => With(deed, [.. flags.Where(flag => flag.Code == FlagCodes.RelatedParties && flag.Subject.Id == _order.Id.ToString())
                .Select(flag => $"flag {flag.Code} on order of {market.Names[flag.OrganizationId]}")]),
            _ => deed,
        })];
    }

    private static CheatAnswer With(CheatAnswer deed, List<string> flags) => deed with { Found = deed.Found && flags.Count > 0, FoundBy = [.. deed.FoundBy, .. flags] };

    private async Task SplitAsync(Caller twin)
    {
        var authority = market.Schemes.Single(scheme => scheme.Code == Scheme).Authority;
        await stages.SendAsync("vouchers", authority, new IssueVoucher(_sister.OrganizationId, Money.Parse("4000000.00")) { Programme = Scheme });
        var refusal = await RefusalAsync(() => stages.SendAsync("vouchers", authority, new IssueVoucher(twin.OrganizationId, Money.Parse("4000000.00")) { Programme = Scheme }));
        Note("split applicants", refusal is not null, $"refusal {refusal?.Code}: {refusal?.Message}");
    }

    private async Task RelatedAsync()
    {
        var quote = (await stages.SendAsync("quote", _sister, new CreateQuote
        {
            Accelerators = [Model],
            Cards = Cards,
            Hours = Hours,
            From = Hour.AtOrAfter(from).Start.AddHours(24),
            Workload = Workload.Training,
        })).Quote ?? throw new InvalidOperationException("The cheats have nothing to sell.");
        _order = await stages.SendAsync("order", _sister, new PlaceOrder(quote.Id));
        _leg = _order.Legs[0];
        Note("related-party trade", quote.PublicMoney.IsZero && quote.VouchersNotApplied.Count > 0, [.. quote.VouchersNotApplied.Select(unused => $"rule {unused.Code}: the voucher pays nothing of the trade")]);
    }

    private async Task ForgeAsync(OrderLegAnswer leg)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var refusal = await RefusalAsync(() => metering.SendAsync(_center, [.. Readings(leg, "f", energy: 300)], key));
        Note("forged signature", refusal?.Code == "meter.signature", $"refusal {refusal?.Code}: {refusal?.Message}");
    }

    /// <summary>Card by card the same curve, of a draw at which cards idle, reported as hours at work.</summary>
    private IEnumerable<object> Readings(OrderLegAnswer leg, string prefix, int energy) =>
        from hour in new HourRange(leg.From, leg.To).Each()
        from card in Enumerable.Range(0, Cards)
        select ReplayMetering.Event(_center, leg.Id, $"{prefix}-{hour.Number}-{card}", new
        {
            @from = hour.Start,
            to = (hour + 1).Start,
            card = $"gpu-{card}",
            busySeconds = 3600,
            energyWh = energy + (hour.Number % 5),
        }, hour);

    private static async Task<RuleException?> RefusalAsync(Func<Task> deed)
    {
        try
        {
            await deed();
            return null;
        }
        catch (RuleException refused)
        {
            return refused;
        }
    }

    private void Note(string deed, bool found, params string[] by) => _deeds.Add(new(deed, found, by));
}
