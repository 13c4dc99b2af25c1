using System.Globalization;
using Marketplace.Api.Http;
using Marketplace.Application.Json;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Hosting;
using Marketplace.Infrastructure.Persistence;

namespace Marketplace.Api.Hosting;

/// <summary>What a process does of the two things there are to do.</summary>
public enum ProcessRole
{
    All,
    Api,
    Worker,
}

/// <summary>Every setting, read and checked once at start.</summary>
public sealed record HostSettings(
    DatabaseSettings Database, SandboxSettings Sandbox, MarketplaceSettings Marketplace, ProcessRole Role, ProtectionSettings Protection, bool Demo, WebhookSettings Webhooks,
    JobSettings Jobs, string? Authority, string Audience, string? RequiredScope, string? ClientId, string? Scope)
{
    /// <exception cref="InvalidOperationException">A setting is wrong; the message names it.</exception>
    public static HostSettings From(IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var sandbox = ReadSandbox(configuration);
        if (sandbox.Enabled && environment.IsProduction())
        {
            throw new InvalidOperationException("Sandbox:Enabled is refused in Production: there, time is not a caller's to move.");
        }

        var demo = configuration.GetValue("Demo:Enabled", environment.IsDevelopment() && !sandbox.Enabled);
        if (demo && sandbox.Enabled)
        {
            throw new InvalidOperationException("Demo:Enabled and Sandbox:Enabled go one without the other: the demo market tells the time by the real clock.");
        }

        return new(
            DatabaseSettings.From(configuration),
            sandbox,
            ReadMarket(configuration),
            Read(configuration, "Role", ProcessRole.All, (string text, out ProcessRole role) => Enum.TryParse(text, ignoreCase: true, out role) && Enum.IsDefined(role)),
            ProtectionSettings.From(configuration),
            demo,
            new(configuration.GetValue("Webhooks:AllowPrivateAddresses", environment.IsDevelopment())),
            new(
                Read(configuration, "Jobs:Engine", JobEngineKind.Quartz, (string text, out JobEngineKind engine) => Enum.TryParse(text, ignoreCase: true, out engine) && Enum.IsDefined(engine)),
                TimeSpan.FromSeconds(Read(configuration, "Jobs:IntervalSeconds", 10, Whole(1, 59)))),
            configuration["Identity:Authority"],
            configuration["Identity:Audience"] is { Length: > 0 } audience ? audience : "marketplace",
            configuration["Identity:RequiredScope"] is { Length: > 0 } scope ? scope : null,
            configuration["Identity:Authority"] is null ? null : configuration["Identity:ClientId"] ?? "console",
            configuration["Identity:Authority"] is null ? null : configuration["Identity:Scope"] ?? "openid offline_access");
    }

    private static SandboxSettings ReadSandbox(IConfiguration configuration) => new(
        configuration.GetValue("Sandbox:Enabled", defaultValue: false),
        configuration["Sandbox:Now"] is null ? null : Read(configuration, "Sandbox:Now", default, (string text, out DateTimeOffset now) => MarketJson.TryParseInstant(text, out now)));

    private static MarketplaceSettings ReadMarket(IConfiguration configuration)
    {
        bool Rate(string text, out Ratio rate) => Ratio.TryParse(text, out rate) && rate >= Ratio.Zero && rate < Ratio.One;
        TimeSpan Days(string kind, int otherwise) => TimeSpan.FromDays(Read(configuration, "Retention:" + kind, otherwise, Whole(1, 36_500)));
        return new(
            new(Read(configuration, "Marketplace:TimeZone", TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"), (string text, out TimeZoneInfo zone) => TimeZoneInfo.TryFindSystemTimeZoneById(text, out zone!))),
            Read(configuration, "Marketplace:CommissionRate", Ratio.Parse("0.05"), Rate),
            Read(configuration, "Marketplace:VatRate", Ratio.Parse("0.06"), Rate),
            TimeSpan.FromHours(Read(configuration, "Marketplace:CloseGraceHours", 24, Whole(0, 24 * 28))),
            TimeSpan.FromHours(Read(configuration, "Marketplace:ObjectionHours", 24, Whole(1, 24 * 28))),
            TimeSpan.FromDays(Read(configuration, "Marketplace:DisputeDays", 15, Whole(1, 366))),
            new(
                Read(configuration, "Marketplace:FraudHistoryMultiple", 5, Whole(2, 1000)),
                Read(configuration, "Marketplace:FraudHistoryLeast", Money.Parse("10000.00"), (string text, out Money amount) => Money.TryParse(text, out amount) && !amount.IsNegative),
                Read(configuration, "Marketplace:FraudUnattestedShare", Ratio.Parse("0.50"), Rate),
                Read(configuration, "Marketplace:FraudTokenMultiple", 2, Whole(1, 1000)),
                Read(configuration, "Marketplace:FraudSameCurves", 4, Whole(2, 10_000)),
                Read(configuration, "Marketplace:FraudAfterSubsidy", Ratio.Parse("0.10"), Rate)),
            new(
                Read(configuration, "Marketplace:MeterTolerance", Ratio.Parse("0.05"), Rate),
                TimeSpan.FromHours(Read(configuration, "Marketplace:GapHours", 6, Whole(1, 24 * 28))),
                new(
                    Read(configuration, "Marketplace:EnergyLeast", Ratio.Parse("0.20"), Rate),
                    Read(configuration, "Marketplace:EnergyMost", Ratio.Parse("1.20"), (string text, out Ratio most) => Ratio.TryParse(text, out most) && most >= Ratio.One))))
        {
            PaymentDays = Read(configuration, "Marketplace:PaymentDays", 30, Whole(0, 366)),
            FourEyesAbove = Read(configuration, "Marketplace:FourEyesAbove", default(Money?), (string text, out Money? amount) => (amount = Money.TryParse(text, out var above) && !above.IsNegative ? above : null) is not null),
            Retention = new(Days("Quotes", 7), Days("Answers", 7), Days("Enquiries", 731), Days("JobRuns", 731)),
        };
    }

    private static Reader<int> Whole(int least, int most) => (string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;

    private delegate bool Reader<T>(string text, out T value);

    private static T Read<T>(IConfiguration configuration, string name, T otherwise, Reader<T> read) =>
        configuration[name] is not { Length: > 0 } text ? otherwise
        : read(text, out var value) ? value
        : throw new InvalidOperationException($"The setting {name} can't be '{text}'.");
}
