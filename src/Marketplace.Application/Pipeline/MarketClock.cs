namespace Marketplace.Application.Pipeline;

/// <summary>
/// The market's time: what orders, quotes, vouchers and billing go by. In the sandbox a caller moves it. Whole microseconds,
/// as the databases keep them. Tokens, lockouts and keys go by real time, so they take the framework's clock instead.
/// </summary>
public class MarketClock : TimeProvider
{
    public sealed override DateTimeOffset GetUtcNow()
    {
        var now = Now();
        return now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerMicrosecond));
    }

    protected virtual DateTimeOffset Now() => System.GetUtcNow();
}
