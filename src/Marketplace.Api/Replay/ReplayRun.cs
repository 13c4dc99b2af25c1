using Marketplace.Api.Sandbox;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Replay;

/// <summary>Plays the jobs of a trace as demands, in order of time: each is quoted and ordered when it came, and metered while it runs.</summary>
internal sealed class ReplayRun(ReplayStages stages, ReplayMarket market, ReplayMetering metering, IServiceScopeFactory scopes, SandboxClock clock, MarketplaceSettings settings, Draw draw)
{
    /// <summary>How often meters report and jobs are looked at, in the market's time.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromHours(4);

    private readonly Dictionary<string, int> _unfilled = [];

    public List<ReplayDay> Days { get; } = [];
    public int Asked { get; private set; }
    public int Ordered { get; private set; }

    /// <summary>Demands of jobs that were ordered; requests for tokens aren't among them.</summary>
    public int Filled { get; private set; }
    public int Legs { get; private set; }

    /// <summary>Why demands weren't met, by the constraint that bound or the code of the refusal.</summary>
    public IReadOnlyDictionary<string, int> Unfilled => _unfilled;

    /// <param name="trace">Its jobs are played.</param>
    /// <param name="from">When the trace's first second is, by the market's time: a full hour.</param>
    /// <param name="speed">How many of the trace's seconds are one of the market's.</param>
    /// <param name="progress">Told how many jobs of all have been played.</param>
    /// <param name="onStep">What else happens with every step.</param>
    public async Task PlayAsync(Trace trace, DateTimeOffset from, decimal speed, Action<int> progress, Func<DateTimeOffset, Task> onStep)
    {
        var next = from + Step;
        var day = new ReplayDay(settings.Time.Day(from));
        await TokensAsync(trace, from);
        for (var i = 0; i < trace.Jobs.Count; i++)
        {
            var job = trace.Jobs[i];
            var at = from.AddSeconds((double)((job.At - trace.Jobs[0].At) / speed));
            for (; next <= at; next += Step)
            {
                await StepAsync(next, onStep);
                if (settings.Time.Day(next) != day.Day)
                {
                    Days.Add(await SampleAsync(day));
                    day = new(settings.Time.Day(next));
                }
            }

            await MoveAsync(at);
            (day.Asked, Asked) = (day.Asked + 1, Asked + 1);
            if (await DemandAsync(job, speed))
            {
                (day.Filled, Filled) = (day.Filled + 1, Filled + 1);
            }

            progress(i + 1);
        }

        Days.Add(await SampleAsync(day));
        var end = await stages.ReadAsync(db => db.Legs.Where(leg => leg.CancelledAt == null).MaxAsync(leg => leg.To));
        for (; next < end.Start + Step; next += Step)
        {
            await StepAsync(next, onStep);
        }
    }

    /// <summary>Moves the time, and runs every job that is due on the way.</summary>
    public Task<ClockMovedAnswer> RunJobsAsync(DateTimeOffset to) => stages.SendAsync("jobs", market.Admin, new MoveClock(to));

    private async Task StepAsync(DateTimeOffset at, Func<DateTimeOffset, Task> onStep)
    {
        await MoveAsync(at);
        await metering.ReportAsync(at);
        await onStep(at);
        await RunJobsAsync(at);
    }

    private async Task MoveAsync(DateTimeOffset to)
    {
        await using var scope = scopes.CreateAsyncScope();
        await clock.MoveAsync(scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>(), to, CancellationToken.None);
    }

    /// <summary>The first firms ask more often than the last.</summary>
    private ReplayFirm Firm() => market.Buyers[Math.Min(draw.Between(0, market.Buyers.Count - 1), draw.Between(0, market.Buyers.Count - 1))];

    private async Task<bool> DemandAsync(TraceJob job, decimal speed)
    {
        var buyer = Firm().Caller;
        var hours = Math.Clamp((int)Math.Ceiling(job.Seconds / speed / 3600m), 1, Demand.MaxHours);
        var start = Hour.AtOrAfter(clock.GetUtcNow());
        var answer = await stages.SendAsync("quote", buyer, new CreateQuote
        {
            Accelerators = job.Models,
            Cards = job.Cards,
            CardsPerNode = job.Cards > 1 ? job.Cards : null,
            MilliPerCard = Math.Min(Listing.WholeCard, (job.Milli + Listing.MinSliceMilli - 1) / Listing.MinSliceMilli * Listing.MinSliceMilli),
            VcpusPerCard = Math.Round(job.CpuMilli / 1000m / job.Cards, 3),
            MemoryGiBPerCard = Math.Round(job.MemoryMiB / 1024m / job.Cards, 3),
            Hours = hours,
            Window = job.Interruptible ? new(start.Start, (start + (hours + 12)).Start) : null,
            Urgency = job.Interruptible ? Urgency.Batch : Urgency.User,
            Workload = job.Interruptible ? Workload.Training : Workload.Inference,
        });
        if (answer.Quote is null)
        {
            Count(answer.Unfillable!.Reasons[0].Code);
            return false;
        }

        return await OrderAsync(buyer, answer.Quote, null);
    }

    private async Task<bool> OrderAsync(Caller buyer, QuoteAnswer quote, IReadOnlyList<TraceRequest>? tokens)
    {
        try
        {
            var order = await stages.SendAsync("order", buyer, new PlaceOrder(quote.Id));
            order.Legs.ToList().ForEach(leg => metering.Follow(leg, tokens));
            (Ordered, Legs) = (Ordered + 1, Legs + order.Legs.Count);
            return true;
        }
        catch (RuleException refused)
        {
            Count(refused.Code);
            return false;
        }
    }

    /// <summary>Two firms buy one card's tokens each for as long as the requests go on, and send them by turns.</summary>
    private async Task TokensAsync(Trace trace, DateTimeOffset from)
    {
        if (trace.Requests.Count == 0)
        {
            return;
        }

        var hours = (int)(trace.Requests[^1].At - trace.Requests[0].At).TotalHours + 1;
        for (var i = 0; i < 2; i++)
        {
            // Both begin with the first request, so that hours are the same ones.
            var own = trace.Requests.Where((_, number) => number == 0 ? i == 0 : number % 2 == i).ToList();
            var sent = i == 0 ? own : [new TraceRequest(trace.Requests[0].At, 0, 0), .. own];
            var answer = await stages.SendAsync("quote", market.Buyers[i].Caller, new CreateQuote
            {
                Cards = 1,
                Hours = hours,
                From = Hour.AtOrAfter(from).Start.AddHours(1),
                Product = Product.Tokens,
                ExpectedTokens = new(sent.Sum(request => request.Input), sent.Sum(request => request.Output)),
                Workload = Workload.Inference,
            });
            if (answer.Quote is null || !await OrderAsync(market.Buyers[i].Caller, answer.Quote, sent))
            {
                throw new InvalidOperationException("Nobody sells the tokens of the trace.");
            }
        }
    }

    private void Count(string why) => _unfilled[why] = _unfilled.GetValueOrDefault(why) + 1;

    /// <summary>What stands at the end of a day: how broken the idle cards are, and what vouchers still hold.</summary>
    private async Task<ReplayDay> SampleAsync(ReplayDay day)
    {
        var hour = Hour.Containing(clock.GetUtcNow());
        day.Cards = await stages.ReadAsync(db => FragmentationGauge.MeasureAsync(db, hour));
        var money = await stages.ReadAsync(db => db.Vouchers.GroupBy(voucher => voucher.ProgrammeCode)
            .Select(group => new { group.Key, Left = group.Sum(v => (long)(object)v.Available) }).ToListAsync());
        money.ForEach(row => day.VouchersLeft[row.Key] = new(row.Left));
        return day;
    }
}

/// <summary>One local day of the market.</summary>
internal sealed record ReplayDay(DateOnly Day)
{
    public int Asked { get; set; }
    public int Filled { get; set; }
    public CardsAnswer Cards { get; set; } = new(0, 0, 0);

    /// <summary>Available by programme at the day's end.</summary>
    public Dictionary<string, Money> VouchersLeft { get; } = [];
}
