using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Market;

public sealed record WindowInput(DateTimeOffset? Earliest, DateTimeOffset? LatestEnd);

/// <summary>P-hours, or tokens of a model; see <see cref="Work"/>.</summary>
public sealed record WorkInput(decimal? PflopsHours, string? Model, long? Tokens);

public sealed record ExpectedTokensInput(long? Input, long? Output);

/// <summary>The part of a request that says what is wanted; see <see cref="Demand"/> for what its fields mean.</summary>
public abstract record DemandInput
{
    public IReadOnlyList<string>? Accelerators { get; init; }
    public decimal? MinFp16Tflops { get; init; }
    public int? MinMemoryGiB { get; init; }
    public int? Cards { get; init; }
    public int? CardsPerNode { get; init; }
    public int? MilliPerCard { get; init; }
    public decimal? VcpusPerCard { get; init; }
    public decimal? MemoryGiBPerCard { get; init; }
    public DateTimeOffset? From { get; init; }
    public int? Hours { get; init; }
    public WindowInput? Window { get; init; }
    public IReadOnlyList<string>? Regions { get; init; }
    public bool? SameCenter { get; init; }
    public bool? MixModels { get; init; }
    public decimal? MaxLatencyMs { get; init; }
    public decimal? MinBandwidthGbps { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public Interconnect? Interconnect { get; init; }
    public Ratio? MinAvailability { get; init; }
    public WorkInput? Work { get; init; }
    public ExpectedTokensInput? ExpectedTokens { get; init; }
    public Price? MaxPricePerCardHour { get; init; }
    public Workload? Workload { get; init; }
    public Urgency? Urgency { get; init; }
    public Product? Product { get; init; }
    public Strategy? Strategy { get; init; }
    public VoucherChoice? Vouchers { get; init; }

    /// <summary>The demand as the matcher takes it. A window slides; a start alone doesn't; neither means from the next full hour.</summary>
    public Demand ToDemand(DateTimeOffset now)
    {
        var hours = Hours ?? 1;
        var start = From is { } from ? Hour.StartingAt(from)!.Value : Hour.AtOrAfter(now);
        return new()
        {
            Accelerators = Accelerators ?? [],
            MinFp16Tflops = MinFp16Tflops,
            MinMemoryGiB = MinMemoryGiB,
            Cards = Cards ?? 1,
            CardsPerNode = CardsPerNode,
            MilliPerCard = MilliPerCard ?? Listing.WholeCard,
            CpuMilliPerCard = (int)((VcpusPerCard ?? 0) * 1000),
            MemoryMiBPerCard = (int)((MemoryGiBPerCard ?? 0) * 1024),
            Hours = hours,
            Window = Window is { Earliest: { } earliest, LatestEnd: { } latest }
                ? new(Hour.AtOrAfter(earliest), Hour.Containing(latest))
                : new(start, start + hours),
            Regions = Regions ?? [],
            SameCenter = SameCenter ?? false,
            MixModels = MixModels ?? false,
            MaxLatencyMs = MaxLatencyMs,
            MinBandwidthGbps = MinBandwidthGbps,
            Tags = Tags ?? [],
            Interconnect = Interconnect,
            MinAvailability = MinAvailability,
            ExpectedTokens = ExpectedTokens is { Input: { } input, Output: { } output } ? new(input, output) : null,
            MaxPricePerCardHour = MaxPricePerCardHour,
            Workload = Workload!.Value,
            Urgency = Urgency ?? Domain.Market.Urgency.User,
            Product = Product,
            Strategy = Strategy ?? Domain.Market.Strategy.Cheapest,
        };
    }

    /// <summary>The work that decides on cards and hours; null where those are asked for.</summary>
    public Work? ToWork() => Work is null ? null : new(Work.PflopsHours, Work.Model, Work.Tokens);
}

public abstract class DemandInputValidator<T> : AbstractValidator<T>
    where T : DemandInput
{
    private const long MaxTokens = 1_000_000_000_000_000;

    protected DemandInputValidator()
    {
        RuleFor(demand => demand.Accelerators).Words(100, 50);
        RuleFor(demand => demand.MinFp16Tflops).Between(0m, 1_000_000m);
        RuleFor(demand => demand.MinMemoryGiB).Between(0, 100_000);
        RuleFor(demand => demand.Cards).Required().When(demand => demand.Work is null);
        RuleFor(demand => demand.Cards).Between(1, Demand.MaxCards);
        RuleFor(demand => demand.CardsPerNode).Between(1, Node.MaxCards)
            .Must((demand, gang) => gang is null or 0 || demand.Cards is null || demand.Cards % gang == 0).WithMessage("must divide cards without rest");
        RuleFor(demand => demand.MilliPerCard).SliceMilli();
        RuleFor(demand => demand.VcpusPerCard).Between(0m, 10_000m);
        RuleFor(demand => demand.MemoryGiBPerCard).Between(0m, 100_000m);
        RuleFor(demand => demand.From).OnTheHour();
        RuleFor(demand => demand.From).Null().WithMessage("goes without window only").When(demand => demand.Window is not null);
        RuleFor(demand => demand.Hours).Required().When(demand => demand.Work is null);
        RuleFor(demand => demand.Hours).Between(1, Demand.MaxHours);
        When(demand => demand.Work is not null, WorkRules);
        RuleFor(demand => demand.MinAvailability).Must(floor => floor is null || (floor.Value >= Ratio.Zero && floor.Value <= Ratio.One)).WithMessage("must be from 0 to 1");
        RuleFor(demand => demand.ExpectedTokens).Required().When(demand => demand.Product == Product.Tokens);
        RuleFor(demand => demand.ExpectedTokens).Null().WithMessage("goes with product tokens only").When(demand => demand.Product != Product.Tokens);
        When(demand => demand.ExpectedTokens is not null, () =>
        {
            RuleFor(demand => demand.ExpectedTokens!.Input).Required().Between(0, MaxTokens);
            RuleFor(demand => demand.ExpectedTokens!.Output).Required().Between(0, MaxTokens);
        });
        When(demand => demand.Window is not null, () =>
        {
            RuleFor(demand => demand.Window!.Earliest).Required();
            RuleFor(demand => demand.Window!.LatestEnd).Required()
                .Must((demand, end) => end is null || demand.Window!.Earliest is not { } start || demand.Hours is null || end >= start.AddHours(Math.Clamp(demand.Hours.Value, 1, Demand.MaxHours)))
                .WithMessage("must leave room for hours after earliest")
                .Must((demand, end) => end is null || demand.Window!.Earliest is not { } start || end <= start.AddYears(1)).WithMessage("must be at most a year after earliest");
        });
        RuleFor(demand => demand.Regions).RegionPrefixes();
        RuleFor(demand => demand.MaxLatencyMs).Between(0m, 10_000m);
        RuleFor(demand => demand.MinBandwidthGbps).Between(0m, 1_000_000m);
        RuleFor(demand => demand.Tags).Words(50, 50);
        RuleFor(demand => demand.MaxPricePerCardHour).PositivePrice();
        RuleFor(demand => demand.Workload).Required();
    }

    private void WorkRules()
    {
        RuleFor(demand => demand.Cards).Null().WithMessage("follows from work").OverridePropertyName("cards");
        RuleFor(demand => demand.Hours).Null().WithMessage("follows from work").OverridePropertyName("hours");
        RuleFor(demand => demand.Window).Required();
        RuleFor(demand => demand.Product).Must(product => product != Product.Tokens).WithMessage("goes without work: tokens are bought as such");
        RuleFor(demand => demand.MixModels).Must(mix => mix is not true).WithMessage("goes without work: its size follows from one model");
        RuleFor(demand => demand.Work!.PflopsHours).Between(0.000001m, 1_000_000_000m);
        RuleFor(demand => demand.Work!.Tokens).Between(1, MaxTokens);
        RuleFor(demand => demand.Work!.Model).OptionalText(100);
        RuleFor(demand => demand.Work!.PflopsHours).Must((demand, pflops) => (pflops is null) != (demand.Work!.Tokens is null)).WithMessage("either this or tokens");
        RuleFor(demand => demand.Work!.Model).Must((demand, model) => (model is null) == (demand.Work!.Tokens is null)).WithMessage("goes with tokens, and tokens with it");
    }
}
