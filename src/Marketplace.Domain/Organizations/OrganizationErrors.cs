using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Organizations;

public static class OrganizationErrors
{
    public static RuleException Exists(CreditCode code) =>
        new(Refusal.Conflict, "organization.exists", $"An organization with credit code {code} is registered already.");

    public static RuleException TooManyWebhooks() =>
        new(Refusal.Conflict, "webhook.too_many", $"An organization has {Webhook.MaxOfOne} webhooks at most.");

    public static RuleException NotAProvider() =>
        new(Refusal.Rule, "organization.not_a_provider", "Only providers have centres and list their capacity.");
}
