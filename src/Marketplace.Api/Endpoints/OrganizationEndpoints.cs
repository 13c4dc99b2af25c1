using Marketplace.Api.Http;
using Marketplace.Application.Audit;
using Marketplace.Application.Ledger;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class OrganizationEndpoints
{
    public static void MapOrganizations(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/organizations").WithTags("Organizations");
        group.MapPost("/", (Body<RegisterOrganization> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, organization => $"/v1/organizations/{organization.Id}", token))
            .Produces<OrganizationAnswer>(201).RequireAuthorization(Policies.Admin).WithSummary("Register a party of the market");
        group.MapGet("/", ([AsParameters] PageQuery page, string? kind, string? name, string? creditCode, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListOrganizations(
                    page.ToPage(), QueryText.Name<OrganizationKind>(kind, "kind"), QueryText.Part(name, "name"), creditCode, QueryText.Sort<OrganizationColumn>(sort)), token))
            .Produces<Page<OrganizationAnswer>>().WithSummary("The organizations that the caller sees");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetOrganization(Id<Organization>.Parse(id)), token))
            .Produces<OrganizationAnswer>().WithSummary("One organization");
        app.MapGet("/v1/names", (string[] id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetNames(id), token))
            .Produces<Page<NameAnswer>>().WithTags("Organizations").WithSummary("What ids of parties and centres stand for, as far as the caller deals with them");
        app.MapGet("/v1/parties", ([AsParameters] PageQuery page, string? kind, string? name, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListParties(page.ToPage(), QueryText.Name<OrganizationKind>(kind, "kind"), QueryText.Part(name, "name")), token))
            .Produces<Page<NameAnswer>>().WithTags("Organizations").WithSummary("The organizations that the caller knows by name, to pick one from");
        MapClients(group);
        MapPeople(group);
        group.MapPost("/{id}/deposits", (string id, Body<TransferMoney> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, _ => $"/v1/organizations/{id}/balance", token))
            .Produces<TransferAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("A buyer's bank transfer came in");
        group.MapPost("/{id}/withdrawals", (string id, Body<TransferMoney> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id), Out = true }, _ => $"/v1/organizations/{id}/balance", token))
            .Produces<TransferAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("A buyer's deposit was sent back");
        group.MapGet("/{id}/alert-thresholds", (string id, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetAlertThresholds(Id<Organization>.Parse(id)), token))
            .Produces<AlertThresholdsAnswer>().WithSummary("From where on an organization is told of a low balance and a passed budget");
        group.MapPut("/{id}/alert-thresholds", (string id, Body<SetAlertThresholds> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, token))
            .Produces<AlertThresholdsAnswer>().RequireAuthorization(Policies.Party).WithSummary("From where on to be told of a low balance and a passed budget");
        group.MapGet("/{id}/balance", (string id, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetBalance(Id<Organization>.Parse(id)), token))
            .Produces<BalanceAnswer>().WithSummary("Deposit, held, available, receivable");
        group.MapPut("/{id}/credit", (string id, Body<SetCreditLimit> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, token))
            .Produces<BalanceAnswer>().Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("Set what a buyer may owe");
    }

    private static void MapClients(RouteGroupBuilder group)
    {
        group.MapPost("/{id}/clients", (string id, Body<CreateClient> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, _ => $"/v1/organizations/{id}", token))
            .Produces<ClientAnswer>(201).RequireAuthorization(Policies.Owner).WithSummary("Make a client; its secret is told this once");
        group.MapGet("/{id}/clients", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListClients(Id<Organization>.Parse(id), page.ToPage()), token))
            .Produces<Page<ClientRow>>().RequireAuthorization(Policies.OwnerReads).WithSummary("An organization's clients");
        group.MapPost("/{id}/clients/{clientId}/secrets", (string id, string clientId, Body<RotateSecret> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id), ClientId = clientId }, _ => $"/v1/organizations/{id}/clients", token))
            .Produces<ClientAnswer>(201).RequireAuthorization(Policies.Owner).WithSummary("Give a client a new secret and end its tokens");
        group.MapPost("/{id}/clients/{clientId}/revocations", (string id, string clientId, IMediator mediator, CancellationToken token) =>
                mediator.NoContentAsync(new RevokeClientTokens(Id<Organization>.Parse(id), clientId), token))
            .Produces(204).RequireAuthorization(Policies.Owner).WithSummary("End every token that a client has");
        group.MapDelete("/{id}/clients/{clientId}", (string id, string clientId, IMediator mediator, CancellationToken token) =>
                mediator.NoContentAsync(new RemoveClient(Id<Organization>.Parse(id), clientId), token))
            .Produces(204).RequireAuthorization(Policies.Owner).WithSummary("Remove a client and its tokens");
    }

    private static void MapPeople(RouteGroupBuilder group)
    {
        group.MapPost("/{id}/people", (string id, Body<CreatePerson> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, person => $"/v1/organizations/{id}/people/{person.Id}/data", token))
            .Produces<PersonAnswer>(201).RequireAuthorization(Policies.Owner).WithSummary("Make a login for a person; its password is told this once");
        group.MapGet("/{id}/people", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListPeople(Id<Organization>.Parse(id), page.ToPage()), token))
            .Produces<Page<PersonRow>>().RequireAuthorization(Policies.OwnerReads).WithSummary("The people who act for an organization");
        group.MapGet("/{id}/people/{personId}/data", (string id, string personId, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ExportPerson(Id<Organization>.Parse(id), personId, page.ToPage()), token))
            .Produces<PersonData>().RequireAuthorization(Policies.OwnerReads).WithSummary("All that is known of a person");
        group.MapPost("/{id}/people/{personId}/passwords", (string id, string personId, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(new ResetPassword(Id<Organization>.Parse(id), personId), _ => $"/v1/organizations/{id}/people", token))
            .Produces<PersonAnswer>(201).RequireAuthorization(Policies.Owner).WithSummary("Make up a new password for a person, told this once");
        group.MapPost("/{id}/people/{personId}/revocations", (string id, string personId, IMediator mediator, CancellationToken token) =>
                mediator.NoContentAsync(new SignOutPerson(Id<Organization>.Parse(id), personId), token))
            .Produces(204).RequireAuthorization(Policies.Owner).WithSummary("End every session and token of a person");
        group.MapDelete("/{id}/people/{personId}", (string id, string personId, IMediator mediator, CancellationToken token) =>
                mediator.NoContentAsync(new ErasePerson(Id<Organization>.Parse(id), personId), token))
            .Produces(204).RequireAuthorization(Policies.Owner).WithSummary("Remove all that is known of a person");
    }
}
