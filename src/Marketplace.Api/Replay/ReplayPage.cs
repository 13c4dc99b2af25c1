using System.Globalization;
using System.Net;
using System.Text;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Replay;

/// <summary>The report as one page that needs nothing else: no script, no file, no network.</summary>
internal static class ReplayPage
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;background:#f4f6f8;margin:0}main{max-width:1200px;margin:0 auto;padding:32px 24px}
        h1{font-size:26px;margin:0}h2{font-size:16px;margin:0 0 8px}.sub{color:#5b6673;margin:4px 0 24px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;margin-bottom:16px}
        .tile,section{background:#fff;border:1px solid #e3e7ec;border-radius:8px;padding:16px}.tile b{display:block;font-size:22px}.tile span{color:#5b6673;font-size:13px}
        .bad b{color:#b3261e}.good b{color:#1e7b46}.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:16px}section{margin-bottom:16px;overflow-x:auto}
        .plots section{margin:0}svg{width:100%;height:auto}.key{margin:4px 0 0;font-size:12px;color:#5b6673}.key span{margin-right:14px;white-space:nowrap}
        .key i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:5px}table{border-collapse:collapse;width:100%;font-size:13px}
        td,th{padding:5px 8px;border-bottom:1px solid #e3e7ec;text-align:left;vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}
        .after{margin-top:16px}li{font-size:13px}code{font-size:13px}
        """;

    public static string Html(ReplayReport report)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Market replay</title><style>").Append(Style).Append("</style><main>");
        page.Append(Text($"<h1>Market replay</h1><p class=\"sub\">{Of(report.Trace.Source)}: {report.Trace.Jobs:N0} jobs on {report.Trace.Cards:N0} cards of {report.Trace.Nodes:N0} nodes, {report.Trace.Requests:N0} model requests; "))
            .Append(Text($"scale {report.Trace.Scale}, {report.Trace.Speed} times as fast, seed {report.Trace.Seed}. {report.From:yyyy-MM-dd} to {report.To:yyyy-MM-dd} of the market's time in {report.Seconds:N1} s.<br><code>{Of(report.Command)}</code> on {Of(report.Machine)}</p>"));
        Tiles(page, report);
        if (report.Cheats is { } cheats)
        {
            Table(page, "Dishonest deeds", ["Deed", "", "Found by"], cheats.Select(cheat => (IReadOnlyList<string>)[cheat.Deed, cheat.Found ? "found" : "MISSED", string.Join("\n", cheat.FoundBy)]), numbersFrom: 9);
        }

        PlotsOf(page, report);
        page.Append("<div class=\"after\"></div>");
        Tables(page, report);
        return page.Append("</main></html>\n").ToString();
    }

    private static void Tiles(StringBuilder page, ReplayReport report)
    {
        void Tile(string value, string what, bool? good = null) =>
            page.Append(Text($"<div class=\"tile{(good is null ? "" : good.Value ? " good" : " bad")}\"><b>{Of(value)}</b><span>{Of(what)}</span></div>"));
        page.Append("<div class=\"tiles\">");
        Tile(Text($"{100.0 * report.Ordered / Math.Max(1, report.Asked):0.0} %"), Text($"of {report.Asked:N0} demands filled"));
        Tile(Text($"{report.Readings:N0}"), Text($"signed readings, {report.ReadingsRefused:N0} refused"));
        Tile(Yuan(report.Invoiced), Text($"yuan on {report.Invoices:N0} invoices"));
        Tile(Yuan(report.FromVouchers), Text($"yuan from vouchers"));
        Tile(Text($"{report.InvoicesIdentical:N0} of {report.Invoices:N0}"), "invoices identical when replayed", report.InvoicesIdentical == report.Invoices);
        Tile(Text($"{report.Verification.Invariants.Count(i => i.Holds)} of {report.Verification.Invariants.Count}"), "invariants hold", report.Broken == 0);
        Tile(Text($"{report.Flags.Count}"), "flags of fraud", report.Flags.Count == 0);
        page.Append("</div>");
    }

    private static void PlotsOf(StringBuilder page, ReplayReport report)
    {
        void Plot(string title, string svg) => page.Append("<section><h2>").Append(title).Append("</h2>").Append(svg).Append("</section>");
        var days = report.Days.Select(day => day.Day.ToString("MM-dd", CultureInfo.InvariantCulture)).ToList();
        var programmes = report.Days.SelectMany(day => day.VouchersLeft.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        var busy = report.Days.Where(day => day.Asked > 0).ToList();
        page.Append("<div class=\"plots\">");
        Plot("Fill rate of days on which anything was asked for", Plots.Lines([.. busy.Select(day => day.Day.ToString("MM-dd", CultureInfo.InvariantCulture))], [new("demands filled", [.. busy.Select(day => 100.0 * day.Filled / day.Asked)])], "%", most: 100));
        Plot("Idle cards and fragments at the day's end", Plots.Lines(days, [new("idle cards", [.. report.Days.Select(day => day.Cards.Idle)]), new("of them fragments for what is asked for", [.. report.Days.Select(day => day.Cards.Fragments)])], "cards"));
        Plot("Utilization by centre", Plots.Bars([.. report.Centers.Select(center => center.Center)], [.. Hours(report).Select(kind => new Series(kind.Name, [.. report.Centers.Select(center => Percent(kind.Of(center), center.Hours.ListedCardHours))]))], "%"));
        Plot("Price of a card-hour by model, yuan", Plots.Bars([.. report.Prices.Select(price => price.Model)], [new("lowest", [.. report.Prices.Select(p => (double)p.Low)]), new("mean by volume", [.. report.Prices.Select(p => (double)p.Mean)]), new("highest", [.. report.Prices.Select(p => (double)p.High)])], "¥"));
        Plot("Vouchers by programme: available at the day's end, of their face", Plots.Lines(days, [.. programmes.Select(code => new Series(code, [.. report.Days.Select(day => 100 * Number(day.VouchersLeft.GetValueOrDefault(code)) / Number(report.VouchersIssued[code]))]))], "%", most: 100));
        var paid = report.Payers.SelectMany(payer => payer.Vouchers.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        Plot("Who paid what", Plots.Bars([.. report.Payers.Select(payer => payer.Firm.Replace("Firm ", "", StringComparison.Ordinal))], [new("own money", [.. report.Payers.Select(payer => Number(payer.OwnMoney))]), .. paid.Select(code => new Series(code, [.. report.Payers.Select(payer => Number(payer.Vouchers.GetValueOrDefault(code)))]))], "¥", stacked: true));
        page.Append("</div>");
    }

    private static void Tables(StringBuilder page, ReplayReport report)
    {
        Table(page, "Throughput by stage", ["Stage", "Requests", "Items", "Seconds", "Items a second", "Median ms", "99 % ms"], report.Stages.Select(stage => (IReadOnlyList<string>)
            [stage.Stage, Text($"{stage.Requests:N0}"), Text($"{stage.Items:N0}"), Text($"{stage.Seconds:N1}"), Text($"{stage.PerSecond:N1}"), Text($"{stage.P50Milliseconds:N1}"), Text($"{stage.P99Milliseconds:N1}")]));
        Table(page, "Card-hours by centre", ["Centre", "Listed", "Sold", "Metered busy", "Paid with own money", "Paid with public money"], report.Centers.Select(center => (IReadOnlyList<string>)
            [center.Center, center.Hours.ListedCardHours, center.Hours.SoldCardHours, center.Hours.BusyCardHours, center.Hours.OwnMoneyCardHours, center.Hours.PublicMoneyCardHours]));
        Table(page, "Who paid what, yuan", ["Firm", "Invoiced", "Own money", "Vouchers taken off", "Paid back to it"], report.Payers.Select(payer => (IReadOnlyList<string>)
            [payer.Firm, Yuan(payer.Invoiced), Yuan(payer.OwnMoney), Yuan(payer.Vouchers.Values.Sum()), Yuan(payer.PaidBack)]));
        Table(page, "Invariants on the data", ["Invariant", "Holds", "Checked"], report.Verification.Invariants.Select(invariant => (IReadOnlyList<string>)
            [invariant.Name + string.Concat(invariant.Violations.Take(1).Select(violation => "\n" + violation)), invariant.Holds ? "yes" : "NO", Text($"{invariant.Checked:N0}")]), numbersFrom: 2);
        if (report.Unfilled.Count > 0)
        {
            Table(page, "Why demands weren't filled", ["The constraint that bound", "Demands"], report.Unfilled.OrderByDescending(why => why.Value).Select(why => (IReadOnlyList<string>)[why.Key, Text($"{why.Value:N0}")]));
        }

        if (report.Flags.Count > 0)
        {
            Table(page, "Flags", ["Code", "Subject", "Detail"], report.Flags.Select(flag => (IReadOnlyList<string>)[flag.Code, $"{flag.Subject.Type} {flag.Subject.Id}", flag.Detail.ToString()]), numbersFrom: 9);
        }

        page.Append("<section><h2>Drawn from the seed</h2><p>The trace knows nothing of these:</p><ul>").AppendJoin("", report.Drawn.Select(line => $"<li>{Of(line)}</li>")).Append("</ul></section>");
    }

    private static (string Name, Func<CenterUse, string> Of)[] Hours(ReplayReport report) => report.Centers.Count == 0 ? [] :
    [
        ("sold", center => center.Hours.SoldCardHours), ("metered busy", center => center.Hours.BusyCardHours),
        ("paid with own money", center => center.Hours.OwnMoneyCardHours), ("with public money", center => center.Hours.PublicMoneyCardHours),
    ];

    private static double Percent(string part, string whole) => double.Parse(part, CultureInfo.InvariantCulture) * 100 / Math.Max(0.001, double.Parse(whole, CultureInfo.InvariantCulture));

    private static double Number(Money money) => money.Fen / 100.0;

    private static string Yuan(Money money) => Text($"{money.Fen / 100m:N2}");

    private static string Of(string text) => WebUtility.HtmlEncode(text).Replace("\n", "<br>", StringComparison.Ordinal);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Table(StringBuilder page, string title, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, int numbersFrom = 1)
    {
        string Cells(string tag, IReadOnlyList<string> cells) => string.Concat(cells.Select((cell, i) => $"<{tag}{(i >= numbersFrom ? " class=\"n\"" : "")}>{Of(cell)}</{tag}>"));
        page.Append("<section><h2>").Append(title).Append("</h2><table><tr>").Append(Cells("th", heads)).Append("</tr>");
        foreach (var row in rows)
        {
            page.Append("<tr>").Append(Cells("td", row)).Append("</tr>");
        }

        page.Append("</table></section>");
    }
}
