using System.Globalization;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// Writes a contract: the Chinese text, which is the contract, and an English one to read it by. A function of its terms, so
/// that the same terms give the same text on any machine.
/// </summary>
public static class ContractText
{
    public static string Write(ContractTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return $"{Chinese(terms)}\n\n{English(terms)}\n".ReplaceLineEndings("\n");
    }

    private static string Chinese(ContractTerms terms) =>
        $"""
        算力服务合同

        合同编号：{terms.Number}
        订单号：{terms.OrderId}
        签订日期：{Day(terms)}
        甲方（供方）：{terms.Seller.Name}，统一社会信用代码 {terms.Seller.CreditCode}
        乙方（需方）：{terms.Buyer.Name}，统一社会信用代码 {terms.Buyer.CreditCode}

        一、标的
        甲方向乙方提供下列算力，用于{Chinese(terms.Workload)}。时间为 {terms.Time.Zone.Id} 当地时间，含起始时刻，不含结束时刻。
        {Legs(terms, ChineseLeg)}

        二、价款
        合计最高 {Total(terms)} 元，含增值税。“按预留”者按所预留的卡时计价，中断的时间予以扣减；“按用量”者按计量的卡时计价，以所预留者为限；“按词元”者按计量的词元计价。甲方按月向乙方开具发票，算力券抵扣的部分按券的规则结算。

        三、交付
        甲方应于各项起始时刻前交付访问方式。访问方式由平台加密保管，仅向乙方出示。起始时刻即视为已交付，但甲方在此之前声明推迟，或乙方依第四条提出异议的除外。甲方须撤下节点的，应以不低于原配置的算力按原价替换；不能替换的部分退款。

        四、异议
        乙方可在交付之时与起始时刻两者中较晚者起 {terms.ObjectionHours} 小时内提出异议，并指明自何时起不符。有异议的时段列为争议，由平台裁决；逾期未裁决的，以甲方的计量为准。

        五、转售
        乙方可通过平台转售尚未开始的时段。转售不改变本合同双方的权利义务；算力券的规则禁止转售的部分不得转售。

        六、生效
        订单成立时本合同生效。双方以电子形式订立，以中文文本为准；文本的 SHA-256 摘要由平台存证。
        """;

    private static string English(ContractTerms terms) =>
        $"""
        Compute service contract (for reference; the Chinese text prevails)

        Contract number: {terms.Number}
        Order: {terms.OrderId}
        Date: {Day(terms)}
        Party A (seller): {terms.Seller.Name}, unified social credit code {terms.Seller.CreditCode}
        Party B (buyer): {terms.Buyer.Name}, unified social credit code {terms.Buyer.CreditCode}

        1. Subject
        Party A provides to Party B the compute below, for {English(terms.Workload)}. Times are local time in {terms.Time.Zone.Id}, start included, end not.
        {Legs(terms, EnglishLeg)}

        2. Price
        At most {Total(terms)} CNY in total, VAT included. "Reserved" is priced by the card-hours reserved, less outages; "metered" by the card-hours metered, up to those reserved; "tokens" by the tokens metered. Party A invoices Party B by the month; what compute vouchers pay is settled by their rules.

        3. Delivery
        Party A hands over access before each start. The platform keeps it encrypted and shows it to Party B alone. What has started is taken as delivered, unless Party A declared a later hour before, or Party B objects by clause 4. A node that Party A must take out is replaced by equal or better capacity at the same price; what can't be replaced is refunded.

        4. Objection
        Party B may object within {terms.ObjectionHours} hours from the later of delivery and start, naming the hour from which on the delivery fell short. Those hours are disputed and the platform decides; without a decision in time, Party A's metering stands.

        5. Resale
        Party B may resell on the platform hours that haven't started. Resale leaves the rights and duties of both parties as they are; what a voucher's rules forbid to resell can't be resold.

        6. Effect
        This contract takes effect when the order is placed. It is concluded electronically; the platform keeps the SHA-256 digest of its text.
        """;

    private static string Legs(ContractTerms terms, Func<ContractTerms, Leg, string, string> write) =>
        string.Join('\n', terms.Legs.OrderBy(item => item.Leg.Position).Select((item, i) => Text($"({i + 1}) {write(terms, item.Leg, item.Center)}")));

    private static string ChineseLeg(ContractTerms terms, Leg leg, string center) => Text(
        $"{leg.Accelerator} {leg.Cards} 卡{(leg.MilliPerCard == Listing.WholeCard ? "" : Text($"，每卡 {leg.MilliPerCard}/1000"))}，中心“{center}”，节点“{leg.NodeName}”，{Instant(terms, leg.From)} 至 {Instant(terms, leg.To)}，{Chinese(leg.Product)}，单价每卡时 {leg.PricePerCardHour} 元{(leg.OffPeak is { } cheap ? Text($"，每日 {cheap.FromHour} 时至 {cheap.ToHour} 时乘以 {cheap.Factor}") : "")}，最高 {leg.Amount} 元");

    private static string EnglishLeg(ContractTerms terms, Leg leg, string center) => Text(
        $"{leg.Accelerator}, {leg.Cards} cards{(leg.MilliPerCard == Listing.WholeCard ? "" : Text($", {leg.MilliPerCard}/1000 of each"))}, centre \"{center}\", node \"{leg.NodeName}\", {Instant(terms, leg.From)} to {Instant(terms, leg.To)}, {English(leg.Product)}, {leg.PricePerCardHour} CNY a card-hour{(leg.OffPeak is { } cheap ? Text($", times {cheap.Factor} from {cheap.FromHour}:00 to {cheap.ToHour}:00 each day") : "")}, at most {leg.Amount} CNY");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static Money Total(ContractTerms terms) => terms.Legs.Sum(item => item.Leg.Amount);

    private static string Day(ContractTerms terms) => terms.Time.Day(terms.ConcludedAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Instant(ContractTerms terms, Hour hour) =>
        TimeZoneInfo.ConvertTime(hour.Start, terms.Time.Zone).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    private static string Chinese(Workload workload) => workload switch
    {
        Workload.Training => "训练",
        Workload.Inference => "推理",
        _ => "其他用途",
    };

    private static string English(Workload workload) => workload switch
    {
        Workload.Training => "training",
        Workload.Inference => "inference",
        _ => "other use",
    };

    private static string Chinese(Product product) => product switch
    {
        Product.Reserved => "按预留",
        Product.Metered => "按用量",
        _ => "按词元",
    };

    private static string English(Product product) => product switch
    {
        Product.Reserved => "reserved",
        Product.Metered => "metered",
        _ => "tokens",
    };
}
