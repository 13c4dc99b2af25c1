namespace Marketplace.IntegrationTests.Harness;

/// <summary>What a random test begins with.</summary>
public static class Seed
{
    /// <summary>A new one each time, or the one that MARKETPLACE_SEED asks for again.</summary>
    public static int Next() => int.TryParse(Environment.GetEnvironmentVariable("MARKETPLACE_SEED"), out var given) ? given : Random.Shared.Next();
}
