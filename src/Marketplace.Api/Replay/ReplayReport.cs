using System.Globalization;
using Marketplace.Application.Audit;
using Marketplace.Application.Audit.Verification;
using Marketplace.Application.Metering;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Replay;

internal sealed record CenterUse(string Center, string Provider, UtilizationAnswer Hours);

/// <param name="Low">Yuan a card-hour, as that of the leg sold cheapest; an hour off peak counts at its price.</param>
/// <param name="Mean">Weighted by card-hours.</param>
internal sealed record ModelPrice(string Model, decimal CardHours, decimal Low, decimal Mean, decimal High);

/// <param name="Vouchers">Taken off its invoices, by programme; what is paid back to it stands in <paramref name="PaidBack"/>.</param>
internal sealed record Payer(string Firm, Money Invoiced, Money OwnMoney, IReadOnlyDictionary<string, Money> Vouchers, Money PaidBack);

internal sealed record ReplayTrace(string Source, int Nodes, int Cards, int Jobs, int Requests, int WithoutCards, decimal Scale, decimal Speed, ulong Seed);

/// <summary>Every figure of a replay. Terminal and page show parts of it.</summary>
internal sealed record ReplayReport
{
    public required string Command { get; init; }
    public required string Machine { get; init; }
    public required ReplayTrace Trace { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    public required double Seconds { get; init; }
    public required int Asked { get; init; }
    public required int Ordered { get; init; }
    public required int Legs { get; init; }
    public required IReadOnlyDictionary<string, int> Unfilled { get; init; }
    public required long Readings { get; init; }
    public required long ReadingsRefused { get; init; }
    public required long InputTokens { get; init; }
    public required long OutputTokens { get; init; }

    /// <summary>Those that invoices name.</summary>
    public required decimal MillionTokensBilled { get; init; }
    public required int Invoices { get; init; }
    public required int InvoicesIdentical { get; init; }
    public required Money Invoiced { get; init; }
    public required Money FromVouchers { get; init; }
    public required Money Claimed { get; init; }
    public required Money ClaimsPaid { get; init; }
    /// <summary>Faces by programme.</summary>
    public required IReadOnlyDictionary<string, Money> VouchersIssued { get; init; }
    public required IReadOnlyList<ReplayDay> Days { get; init; }
    public required IReadOnlyList<CenterUse> Centers { get; init; }
    public required IReadOnlyList<ModelPrice> Prices { get; init; }
    public required IReadOnlyList<Payer> Payers { get; init; }
    public required IReadOnlyList<StageAnswer> Stages { get; init; }
    public required VerificationAnswer Verification { get; init; }
    public required IReadOnlyList<FlagAnswer> Flags { get; init; }

    /// <summary>Null where nobody cheated.</summary>
    public required IReadOnlyList<CheatAnswer>? Cheats { get; init; }
    public required IReadOnlyList<string> Drawn { get; init; }
    public required string Database { get; init; }

    public int Broken => Verification.Invariants.Count(invariant => !invariant.Holds) + (Verification.Chain.Holds ? 0 : 1);

    /// <summary>Honest data raises nothing; of cheats, each is found.</summary>
    public bool AsExpected => Cheats is null ? Broken == 0 && Flags.Count == 0 && Invoices == InvoicesIdentical && ReadingsRefused == 0 : Cheats.All(cheat => cheat.Found);

    public IEnumerable<string> Lines()
    {
        var culture = CultureInfo.InvariantCulture;
        string Text(FormattableString text) => text.ToString(culture);
        yield return Text($"Played    {Trace.Jobs:N0} jobs on {Trace.Cards:N0} cards of {Trace.Nodes:N0} nodes, {From:yyyy-MM-dd} to {To:yyyy-MM-dd}, in {Seconds:0.0} s");
        yield return Text($"Filled    {Ordered:N0} of {Asked:N0} demands ({100.0 * Ordered / Math.Max(1, Asked):0.0} %), {Legs:N0} legs");
        yield return Text($"Metered   {Readings:N0} signed readings, {ReadingsRefused:N0} refused; {InputTokens + OutputTokens:N0} tokens");
        yield return Text($"Billed    {Invoices:N0} invoices of {Invoiced} yuan, {FromVouchers} of it from vouchers; {Claimed} claimed, {ClaimsPaid} paid");
        yield return Text($"Replayed  {InvoicesIdentical:N0} of {Invoices:N0} invoices identical");
        yield return Text($"Verified  {Verification.Invariants.Count - Verification.Invariants.Count(i => !i.Holds)} of {Verification.Invariants.Count} invariants hold; audit chain {(Verification.Chain.Holds ? "holds" : "BROKEN")}");
        yield return Text($"Flagged   {Flags.Count:N0}{(Flags.Count > 0 ? ": " + string.Join(", ", Flags.GroupBy(flag => flag.Code).Select(group => $"{group.Key} {group.Count()}")) : "")}");
        foreach (var cheat in Cheats ?? [])
        {
            yield return Text($"{(cheat.Found ? "found " : "MISSED")}    {cheat.Deed}: {string.Join("; ", cheat.FoundBy)}");
        }

        foreach (var stage in Stages.Where(stage => stage.Stage is "quote" or "order" or "meter"))
        {
            yield return Text($"{stage.Stage,-9} {stage.PerSecond:N0} a second, {stage.P50Milliseconds:0.0} ms (99 %: {stage.P99Milliseconds:0.0} ms)");
        }
    }
}

/// <summary>Reads the figures that the report shows from the market that was played.</summary>
internal sealed class ReplayFigures(ReplayStages stages, ReplayMarket market)
{
    public async Task<IReadOnlyList<CenterUse>> CentersAsync(DateTimeOffset from)
    {
        var to = await stages.ReadAsync(db => db.Legs.MaxAsync(leg => leg.To));
        var uses = new List<CenterUse>();
        foreach (var center in market.Centers)
        {
            uses.Add(new(center.Name, market.Names[center.Owner.OrganizationId], await stages.SendAsync("read", market.Admin, new GetUtilization(center.Id, Hour.Containing(from), to))));
        }

        return uses;
    }

    public Task<IReadOnlyList<ModelPrice>> PricesAsync() => stages.ReadAsync(async db =>
    {
        var legs = await db.Legs.AsNoTracking().Where(leg => leg.CancelledAt == null && leg.Product != Domain.Market.Product.Tokens)
            .Select(leg => new { leg.Accelerator, leg.Cards, leg.MilliPerCard, leg.From, leg.To, leg.Amount }).ToListAsync();
        return (IReadOnlyList<ModelPrice>)[.. legs.GroupBy(leg => leg.Accelerator).OrderBy(model => model.Key, StringComparer.Ordinal).Select(model =>
        {
            var sold = model.Select(leg => (Hours: leg.Cards * leg.MilliPerCard / 1000m * (leg.To - leg.From), Yuan: leg.Amount.Fen / 100m)).ToList();
            return new ModelPrice(
                model.Key, sold.Sum(leg => leg.Hours), Math.Round(sold.Min(leg => leg.Yuan / leg.Hours), 2),
                Math.Round(sold.Sum(leg => leg.Yuan) / sold.Sum(leg => leg.Hours), 2), Math.Round(sold.Max(leg => leg.Yuan / leg.Hours), 2));
        })];
    });

    public Task<IReadOnlyList<Payer>> PayersAsync() => stages.ReadAsync(async db =>
    {
        var invoices = await db.Invoices.AsNoTracking().Include(invoice => invoice.Lines).ToListAsync();
        return (IReadOnlyList<Payer>)[.. invoices.GroupBy(invoice => invoice.OrganizationId).Select(firm =>
        {
            var parts = firm.SelectMany(invoice => invoice.Lines).SelectMany(line => line.Parts).ToList();
            return new Payer(
                market.Names[firm.Key], firm.Sum(invoice => invoice.Total), firm.Sum(invoice => invoice.Payable),
                parts.Where(part => part.Deducted).GroupBy(part => part.Programme).OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Sum(part => part.Amount)),
                parts.Where(part => !part.Deducted).Sum(part => part.Amount));
        }).OrderBy(payer => payer.Firm, StringComparer.Ordinal)];
    });

    public Task<IReadOnlyDictionary<string, Money>> VouchersIssuedAsync() => stages.ReadAsync(async db =>
        (IReadOnlyDictionary<string, Money>)(await db.Vouchers.AsNoTracking().ToListAsync()).GroupBy(voucher => voucher.ProgrammeCode).ToDictionary(group => group.Key, group => group.Sum(v => v.Face)));

    /// <summary>In micro-millions as lines have them, so that every token counts.</summary>
    public Task<decimal> MillionTokensAsync() => stages.ReadAsync(async db =>
        (await db.InvoiceLines.AsNoTracking().Where(line => line.Unit == LineUnit.InputTokens || line.Unit == LineUnit.OutputTokens).ToListAsync())
        .Sum(line => decimal.Parse(line.QuantityText(), CultureInfo.InvariantCulture)));
}
