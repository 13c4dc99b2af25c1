using FluentValidation;
using Marketplace.Api.Http;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using MediatR;

namespace Marketplace.Api.Sandbox;

public sealed record ClockAnswer(DateTimeOffset Now);

public sealed record JobOnTheWay(string Job, DateTimeOffset DueAt, string Outcome);

public sealed record ClockMovedAnswer(DateTimeOffset Now, IReadOnlyList<JobOnTheWay> Jobs);

/// <summary>Moves the sandbox's clock forward and runs every job that has work on the way, in order of time.</summary>
public sealed record MoveClock(DateTimeOffset? Now) : IRequest<ClockMovedAnswer>;

public sealed class MoveClockValidator : AbstractValidator<MoveClock>
{
    public MoveClockValidator() => RuleFor(request => request.Now).Required();
}

/// <summary>
/// The sandbox's job engine. Another caller that moves the clock at the same time does no harm: time only goes forward, and
/// a job's work counts once. A move that dies half-way is gone on with by the next.
/// </summary>
public sealed class MoveClockHandler(SandboxClock clock, MarketplaceDbContext db, JobRunner runner) : IRequestHandler<MoveClock, ClockMovedAnswer>
{
    public async Task<ClockMovedAnswer> Handle(MoveClock request, CancellationToken cancellationToken)
    {
        var target = request.Now!.Value;
        await clock.RefreshAsync(db, cancellationToken);
        if (target < clock.GetUtcNow())
        {
            throw new RuleException(Refusal.Rule, "clock.backwards", "The clock only goes forward.");
        }

        var runs = new List<JobOnTheWay>();
        var done = new HashSet<(string, DateTimeOffset)>();
        while (await runner.NextDueAsync(only: null, clock.GetUtcNow(), cancellationToken) is { } due && due.At <= target)
        {
            await clock.MoveAsync(db, due.At, cancellationToken);
            var run = await runner.RunAsync(due.Job, due.At, cancellationToken);
            runs.Add(new(run.Job, run.DueAt, run.Outcome == JobOutcome.Succeeded ? "succeeded" : "failed"));
            if (!done.Add((run.Job, run.DueAt)) || run.Outcome == JobOutcome.Failed)
            {
                throw new RuleException(Refusal.Conflict, "clock.job_failed", $"Job {run.Job} for {run.DueAt:O} can't be done: {run.Summary}. The clock stands there.");
            }
        }

        await clock.MoveAsync(db, target, cancellationToken);
        return new(clock.GetUtcNow(), runs);
    }
}

internal static class SandboxEndpoints
{
    public static void MapSandbox(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/sandbox").WithTags("Sandbox");
        group.MapGet("/clock", (MarketClock clock) => new ClockAnswer(clock.GetUtcNow())).WithSummary("The market's time");
        group.MapPut("/clock", (Body<MoveClock> body, IMediator mediator, CancellationToken token) => mediator.OkAsync(body.Value, token))
            .Produces<ClockMovedAnswer>().RequireAuthorization(Policies.Admin).DisableRequestTimeout().WithSummary("Move the market's time forward");
    }
}
