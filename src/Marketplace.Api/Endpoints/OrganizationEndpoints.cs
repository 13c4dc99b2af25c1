using Marketplace.Api.Http;
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
        group.MapGet("/", ([AsParameters] PageQuery page, string? kind, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListOrganizations(page.ToPage(), QueryText.Name<OrganizationKind>(kind, "kind")), token))
            .Produces<Page<OrganizationAnswer>>().WithSummary("The organizations that the caller sees");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetOrganization(Id<Organization>.Parse(id)), token))
            .Produces<OrganizationAnswer>().WithSummary("One organization");
        app.MapGet("/v1/names", (string[] id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetNames(id), token))
            .Produces<Page<NameAnswer>>().WithTags("Organizations").WithSummary("What ids of parties and centres stand for, as far as the caller deals with them");
        group.MapGet("/{id}/clients", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListClients(Id<Organization>.Parse(id), page.ToPage()), token))
            .Produces<Page<ClientRow>>().WithSummary("An organization's clients");
        group.MapGet("/{id}/people", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListPeople(Id<Organization>.Parse(id), page.ToPage()), token))
            .Produces<Page<PersonRow>>().WithSummary("An organization's people who sign in");
        group.MapPost("/{id}/clients", (string id, Body<CreateClient> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, _ => $"/v1/organizations/{id}", token))
            .Produces<ClientAnswer>(201).RequireAuthorization(Policies.Party).WithSummary("Make a client; its secret is told this once");
        group.MapPost("/{id}/people", (string id, Body<CreatePerson> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, _ => $"/v1/organizations/{id}", token))
            .Produces<PersonAnswer>(201).RequireAuthorization(Policies.Party).WithSummary("Make a login for a person; its password is told this once");
        group.MapPost("/{id}/deposits", (string id, Body<TransferMoney> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, _ => $"/v1/organizations/{id}/balance", token))
            .Produces<TransferAnswer>(201).RequireAuthorization(Policies.Admin).WithSummary("A buyer's bank transfer came in");
        group.MapPost("/{id}/withdrawals", (string id, Body<TransferMoney> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id), Out = true }, _ => $"/v1/organizations/{id}/balance", token))
            .Produces<TransferAnswer>(201).RequireAuthorization(Policies.Admin).WithSummary("A buyer's deposit was sent back");
        group.MapPut("/{id}/alert-thresholds", (string id, Body<SetAlertThresholds> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, token))
            .Produces<AlertThresholdsAnswer>().RequireAuthorization(Policies.Party).WithSummary("From where on to be told of a low balance and a passed budget");
        group.MapGet("/{id}/balance", (string id, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetBalance(Id<Organization>.Parse(id)), token))
            .Produces<BalanceAnswer>().WithSummary("Deposit, held, available, receivable");
        group.MapPut("/{id}/credit", (string id, Body<SetCreditLimit> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { OrganizationId = Id<Organization>.Parse(id) }, token))
            .Produces<BalanceAnswer>().RequireAuthorization(Policies.Admin).WithSummary("Set what a buyer may owe");
    }
}
