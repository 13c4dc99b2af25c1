using Marketplace.Application.Pipeline;
using MediatR;

namespace Marketplace.Api.Demo;

/// <summary>
/// What happened in the demo market, told in order of time: steps are scheduled at instants of the market and run one after
/// another, each under its own time. Every step goes through the product's use cases on behalf of one of its parties.
/// </summary>
internal sealed class DemoStory(IServiceScopeFactory scopes, DemoClock clock, DateTimeOffset now)
{
    private readonly PriorityQueue<Func<Task>, (DateTimeOffset At, int Order)> _steps = new();
    private int _scheduled;

    /// <summary>Where the story ends: real time, when the seeding began.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>What would lie ahead of the present happens in the present.</summary>
    public void At(DateTimeOffset at, Func<Task> step) => _steps.Enqueue(step, (at < Now ? at : Now, _scheduled++));

    /// <summary>Runs every step, also those that steps add on the way.</summary>
    public async Task TellAsync()
    {
        while (_steps.TryDequeue(out var step, out var priority))
        {
            if (priority.At > clock.GetUtcNow())
            {
                clock.MoveTo(priority.At);
            }

            await step();
        }
    }

    /// <summary>Sends a request as an endpoint would, in a scope of its own.</summary>
    public async Task<T> SendAsync<T>(Caller caller, IRequest<T> request)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = caller;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }
}
