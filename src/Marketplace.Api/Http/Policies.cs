using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.Authorization;

namespace Marketplace.Api.Http;

/// <summary>Who may call an endpoint. Which rows they see there is the database's filters' matter.</summary>
internal static class Policies
{
    public const string Admin = "admin";
    public const string Provider = "provider";
    public const string Enterprise = "enterprise";
    public const string Seller = "seller";

    /// <summary>The body behind a programme, or the admin for it.</summary>
    public const string Authority = "authority";

    /// <summary>A party of the market, or the admin for it: auditors change nothing.</summary>
    public const string Party = "party";

    /// <summary>Reads everything: admin and auditor.</summary>
    public const string Overseer = "overseer";

    public static void Add(AuthorizationOptions options)
    {
        void Allow(string name, params Role[] roles) => options.AddPolicy(name, policy => policy
            .RequireClaim(MarketClaims.Role, roles.Select(role => role.ToString().ToLowerInvariant())));

        Allow(Admin, Role.Admin);
        Allow(Provider, Role.Provider);
        Allow(Enterprise, Role.Enterprise);
        Allow(Seller, Role.Provider, Role.Enterprise);
        Allow(Authority, Role.Authority, Role.Admin);
        Allow(Party, Role.Provider, Role.Enterprise, Role.Authority, Role.Admin);
        Allow(Overseer, Role.Admin, Role.Auditor);
        options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim(MarketClaims.Role).Build();
        options.FallbackPolicy = options.DefaultPolicy;
    }
}
