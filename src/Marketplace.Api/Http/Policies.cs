using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.Authorization;

namespace Marketplace.Api.Http;

/// <summary>
/// Who may call an endpoint: the role of the caller's organization, and the caller's duty in it. Which rows they see there is the
/// database's filters' matter. <c>docs/security.md</c> has the outcome, endpoint by endpoint.
/// </summary>
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

    /// <summary>Reads everything: admin and auditor. What it computes on a POST changes nothing either.</summary>
    public const string Overseer = "overseer";

    /// <summary>Says who else acts for a party: its owners, or the admin's.</summary>
    public const string Owner = "owner";

    /// <summary>Reads who acts for a party: its owners, and those who oversee it.</summary>
    public const string OwnerReads = "owner-reads";

    /// <summary>A provider's meter, or a provider for it.</summary>
    public const string ProviderMeter = "provider-meter";

    /// <summary>Reads whose cards are metered: whoever reads, and a provider's meter.</summary>
    public const string MeterReads = "meter-reads";

    private static readonly Duty[] Readers = [Duty.Owner, Duty.Operator, Duty.Viewer];
    private static readonly Duty[] Writers = [Duty.Owner, Duty.Operator];

    public static void Add(AuthorizationOptions options)
    {
        void Allow(string name, Func<Duty, bool, bool> may, params Role[] roles) => options.AddPolicy(name, policy => policy
            .RequireClaim(MarketClaims.Role, roles.Select(role => role.ToString().ToLowerInvariant()))
            .RequireAssertion(call => may(MarketClaims.DutyOf(call.User), Reads(call))));

        Allow(Admin, ByMethod, Role.Admin);
        Allow(Provider, ByMethod, Role.Provider);
        Allow(Enterprise, ByMethod, Role.Enterprise);
        Allow(Seller, ByMethod, Role.Provider, Role.Enterprise);
        Allow(Authority, ByMethod, Role.Authority, Role.Admin);
        Allow(Party, ByMethod, Role.Provider, Role.Enterprise, Role.Authority, Role.Admin);
        Allow(Overseer, (duty, _) => Readers.Contains(duty), Role.Admin, Role.Auditor);
        Allow(Owner, (duty, _) => duty == Duty.Owner, Role.Provider, Role.Enterprise, Role.Authority, Role.Admin);
        Allow(OwnerReads, (duty, _) => duty == Duty.Owner, Role.Provider, Role.Enterprise, Role.Authority, Role.Admin, Role.Auditor);
        Allow(ProviderMeter, (duty, _) => Writers.Contains(duty) || duty == Duty.Meter, Role.Provider);
        options.AddPolicy(MeterReads, policy => policy.RequireClaim(MarketClaims.Role).RequireAssertion(call =>
            MarketClaims.DutyOf(call.User) is var duty && (Readers.Contains(duty) || (duty == Duty.Meter && call.User.HasClaim(MarketClaims.Role, "provider")))));
        options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim(MarketClaims.Role)
            .RequireAssertion(call => ByMethod(MarketClaims.DutyOf(call.User), Reads(call))).Build();
        options.FallbackPolicy = options.DefaultPolicy;
    }

    /// <summary>An endpoint that reads is for whoever reads, one that writes for whoever does the organization's business.</summary>
    private static bool ByMethod(Duty duty, bool reads) => (reads ? Readers : Writers).Contains(duty);

    private static bool Reads(AuthorizationHandlerContext call) =>
        call.Resource is HttpContext http && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method));
}
