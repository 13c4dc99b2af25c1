using Marketplace.Api.Http;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class VoucherEndpoints
{
    public static void MapVouchers(this IEndpointRouteBuilder app)
    {
        MapProgrammes(app.MapGroup("/v1/programmes").WithTags("Vouchers"));
        app.MapGet("/v1/programme-templates", (IMediator mediator, CancellationToken token) => mediator.OkAsync(new ListProgrammeTemplates(), token))
            .Produces<Page<ProgrammeTemplate>>().WithTags("Vouchers").WithSummary("Rules of real programmes, as far as they are known");
        var vouchers = app.MapGroup("/v1/vouchers").WithTags("Vouchers");
        vouchers.MapGet("/", ([AsParameters] PageQuery page, string? programme, string? status, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListVouchers(
                    page.ToPage(), programme, QueryText.Name<VoucherStatus>(status, "status"), QueryText.Id<Organization>(organizationId), QueryText.Sort<VoucherColumn>(sort)), token))
            .Produces<Page<VoucherAnswer>>().WithSummary("The caller's vouchers; an authority's programmes' ones");
        vouchers.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetVoucher(Id<Voucher>.Parse(id)), token))
            .Produces<VoucherAnswer>().WithSummary("One voucher");
        vouchers.MapPost("/{id}/revoke", (string id, Body<RevokeVoucher> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { Id = Id<Voucher>.Parse(id) }, token))
            .Produces<VoucherAnswer>().RequireAuthorization(Policies.Authority).WithSummary("Take back what is available of a voucher");
        app.MapApplications();
        MapClaims(app.MapGroup("/v1/claims").WithTags("Vouchers"));
    }

    private static void MapProgrammes(RouteGroupBuilder group)
    {
        group.MapPost("/", (Body<CreateProgramme> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, programme => $"/v1/programmes/{programme.Code}", token))
            .Produces<ProgrammeAnswer>(201).RequireAuthorization(Policies.Authority).WithSummary("Set up a programme");
        group.MapGet("/", ([AsParameters] PageQuery page, string? name, string? authorityId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListProgrammes(page.ToPage(), QueryText.Part(name, "name"), QueryText.Id<Organization>(authorityId), QueryText.Sort<ProgrammeColumn>(sort)), token))
            .Produces<Page<ProgrammeAnswer>>().WithSummary("All programmes, by code");
        group.MapGet("/{code}", (string code, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetProgramme(code), token))
            .Produces<ProgrammeAnswer>().WithSummary("One programme with its rules and money");
        group.MapPost("/{code}/versions", (string code, Body<AddProgrammeVersion> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Code = code }, _ => $"/v1/programmes/{code}", token))
            .Produces<ProgrammeAnswer>(201).RequireAuthorization(Policies.Authority).WithSummary("Change the rules from an instant on");
        group.MapGet("/{code}/board", (string code, string? from, string? to, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new GetProgrammeBoard(code, QueryText.Day(from, "from"), QueryText.Day(to, "to")), token))
            .Produces<BoardAnswer>().WithSummary("What became of a programme's vouchers, by day, for its authority");
        group.MapPost("/simulations", (Body<SimulateProgramme> body, IMediator mediator, CancellationToken token) => mediator.OkAsync(body.Value, token))
            .Produces<SimulationAnswer>().RequireAuthorization(Policies.Authority).WithSummary("What proposed rules would have paid of past orders");
        group.MapPost("/{code}/vouchers", (string code, Body<IssueVoucher> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Programme = code }, voucher => $"/v1/vouchers/{voucher.Id}", token))
            .Produces<VoucherAnswer>(201).RequireAuthorization(Policies.Authority).WithSummary("Issue a voucher");
    }

    private static void MapClaims(RouteGroupBuilder group)
    {
        group.MapPost("/", (Body<SubmitClaim> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, claim => $"/v1/claims/{claim.Id}", token))
            .Produces<ClaimAnswer>(201).RequireAuthorization(Policies.Seller).WithSummary("Claim redeemed voucher money");
        group.MapGet("/", ([AsParameters] PageQuery page, string? programme, string? status, string? payeeId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListClaims(
                    page.ToPage(), programme, QueryText.Name<ClaimStatus>(status, "status"), QueryText.Id<Organization>(payeeId), QueryText.Sort<ClaimColumn>(sort)), token))
            .Produces<Page<ClaimAnswer>>().WithSummary("Claims that the caller made or is to decide");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetClaim(Id<Claim>.Parse(id)), token))
            .Produces<ClaimAnswer>().WithSummary("One claim");
        group.MapPost("/{id}/decisions", (string id, Body<DecideClaim> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<Claim>.Parse(id) }, _ => $"/v1/claims/{id}", token))
            .Produces<ClaimAnswer>(201).RequireAuthorization(Policies.Authority).WithSummary("Approve a claim, but for items rejected");
        group.MapPost("/{id}/payments", (string id, Body<PayClaim> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<Claim>.Parse(id) }, _ => $"/v1/claims/{id}", token))
            .Produces<ClaimAnswer>(201).Produces<ProposalAnswer>(202).RequireAuthorization(Policies.Admin).WithSummary("The authority's payment came in");
    }
}
