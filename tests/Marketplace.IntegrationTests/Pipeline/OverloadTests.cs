using Marketplace.IntegrationTests.Harness;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>More requests than a process serves: the rest is turned away at once, and what is under way ends well.</summary>
public sealed class OverloadTests(Servers servers) : IClassFixture<Servers>
{
    [Fact]
    public async Task What_can_t_be_served_soon_is_refused_at_once_and_health_is_answered()
    {
        var gate = new Gate();
        var server = await servers.StartAsync(
            await servers.MakeDatabaseAsync(DatabaseKind.Sqlite), services: services => services.AddSingleton(gate).AddScoped(typeof(IPipelineBehavior<,>), typeof(Held<,>)));
        gate.Close();
        var asked = Enumerable.Range(0, 500).Select(_ => server.Admin.GetAsync("/v1/accelerators")).ToList();

        // Those that are turned away are answered while the others wait; who still waits is asked once a turn, so that none ends unseen between.
        while (asked.Where(answer => !answer.IsCompleted).ToList() is { Count: > 128 + 256 } waiting)
        {
            await Task.WhenAny(waiting);
        }

        using var health = await server.Http.GetAsync("/health/live");
        Assert.Equal(System.Net.HttpStatusCode.OK, health.StatusCode);
        gate.Open();
        var answers = await Task.WhenAll(asked);
        Assert.Equal(500 - 128 - 256, answers.Count(answer => answer.Status == 503));
        Assert.All(answers.Where(answer => answer.Status == 503), answer => answer.Is(503, "overloaded"));
        Assert.All(answers.Where(answer => answer.Status != 503), answer => answer.Is(200));
    }

    /// <summary>Holds every request until it is opened.</summary>
    private sealed class Gate
    {
        private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Gate() => _open.SetResult();

        public Task Passed => _open.Task;

        public void Close() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _open.SetResult();
    }

    private sealed class Held<TRequest, TAnswer>(Gate gate) : IPipelineBehavior<TRequest, TAnswer>
        where TRequest : IRequest<TAnswer>
    {
        public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
        {
            await gate.Passed;
            return await next();
        }
    }
}
