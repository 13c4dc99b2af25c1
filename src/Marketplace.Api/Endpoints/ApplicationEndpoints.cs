using Marketplace.Api.Http;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class ApplicationEndpoints
{
    public static void MapApplications(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/programmes/{code}/applications", (string code, Body<ApplyForVoucher> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Programme = code }, application => $"/v1/applications/{application.Id}", token))
            .Produces<ApplicationAnswer>(201).RequireAuthorization(Policies.Enterprise).WithTags("Vouchers").WithSummary("Apply for a voucher, at once or as a draft");
        app.MapGet("/v1/notices", ([AsParameters] PageQuery page, string? programme, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListNotices(page.ToPage(), programme), token))
            .Produces<Page<NoticeAnswer>>().WithTags("Vouchers").WithSummary("Applications on public notice, to which anybody may object");
        MapOne(app.MapGroup("/v1/applications").WithTags("Vouchers"));
    }

    private static void MapOne(RouteGroupBuilder group)
    {
        group.MapGet("/", ([AsParameters] PageQuery page, string? status, string? programme, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListApplications(
                    page.ToPage(), QueryText.Name<ApplicationStatus>(status, "status"), programme, QueryText.Id<Organization>(organizationId), QueryText.Sort<ApplicationColumn>(sort)), token))
            .Produces<Page<ApplicationAnswer>>().WithSummary("The caller's applications; an authority's programmes' ones");
        group.MapGet("/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetApplication(Id<VoucherApplication>.Parse(id)), token))
            .Produces<ApplicationAnswer>().WithSummary("One application");
        group.MapPut("/{id}", (string id, Body<ChangeApplication> body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(body.Value with { Id = Id<VoucherApplication>.Parse(id) }, token))
            .Produces<ApplicationAnswer>().RequireAuthorization(Policies.Enterprise).WithSummary("Change a draft, or an application that was returned");
        group.MapPost("/{id}/submission", (string id, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(new SubmitApplication(Id<VoucherApplication>.Parse(id)), _ => $"/v1/applications/{id}", token))
            .Produces<ApplicationAnswer>(201).RequireAuthorization(Policies.Enterprise).WithSummary("Submit a draft, or an application that was returned");
        group.MapPost("/{id}/decisions", (string id, Body<DecideApplication> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<VoucherApplication>.Parse(id) }, _ => $"/v1/applications/{id}", token))
            .Produces<ApplicationAnswer>(201).RequireAuthorization(Policies.Authority).WithSummary("Decide a review step, or the objections");
        group.MapPost("/{id}/objections", (string id, Body<ObjectToApplication> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<VoucherApplication>.Parse(id) }, _ => "/v1/notices", token))
            .Produces<ObjectionAnswer>(201).RequireAuthorization(Policies.Party).WithSummary("Object to an application on public notice");
    }
}
