using Marketplace.Api.Hosting;
using Marketplace.Application.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Marketplace.Benchmarks;

/// <summary>The business settings as they are where nobody sets any.</summary>
internal static class BenchmarkMarket
{
    public static MarketplaceSettings Settings { get; } =
        HostSettings.From(new ConfigurationBuilder().Build(), new HostingEnvironment { EnvironmentName = "Production" }).Marketplace;
}
