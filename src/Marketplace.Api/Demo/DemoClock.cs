using System.Runtime.CompilerServices;
using Marketplace.Application.Pipeline;

namespace Marketplace.Api.Demo;

/// <summary>
/// The market's time in a process that may seed the demo market: real time, except in the calls of whoever seeds, for whom
/// it stands where the seeding has got to. Nothing else in the process sees that time.
/// </summary>
internal sealed class DemoClock : MarketClock
{
    private readonly AsyncLocal<StrongBox<DateTimeOffset>?> _past = new();

    /// <summary>Sets the time back in this flow of calls, until the answer is disposed of.</summary>
    public IDisposable SetBack(DateTimeOffset to)
    {
        _past.Value = new(to);
        return new Return(_past);
    }

    /// <exception cref="InvalidOperationException">The time wasn't set back here, or would run backwards.</exception>
    public void MoveTo(DateTimeOffset at)
    {
        if (_past.Value is not { } past || at < past.Value)
        {
            throw new InvalidOperationException("The demo's time only goes forward, and only while it is set back.");
        }

        past.Value = at;
    }

    protected override DateTimeOffset Now() => _past.Value?.Value ?? base.Now();

    private sealed class Return(AsyncLocal<StrongBox<DateTimeOffset>?> past) : IDisposable
    {
        public void Dispose() => past.Value = null;
    }
}
