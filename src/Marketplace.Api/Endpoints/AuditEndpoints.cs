using Marketplace.Api.Http;
using Marketplace.Application.Audit;
using Marketplace.Application.Audit.Export;
using Marketplace.Application.Audit.Verification;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.AspNetCore.Http.Features;

namespace Marketplace.Api.Endpoints;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/audit").WithTags("Audit");
        group.MapGet("/entries", ([AsParameters] PageQuery page, string? action, string? subjectType, string? subjectId, string? actor, string? organizationId, string? from, string? to, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListAuditEntries(page.ToPage(), action, subjectType, subjectId, actor, QueryText.Id<Organization>(organizationId), QueryText.Instant(from, "from"), QueryText.Instant(to, "to"), QueryText.Sort<AuditColumn>(sort)), token))
            .Produces<Page<AuditEntryAnswer>>().WithSummary("Who did what, the newest first");
        group.MapGet("/seals", ([AsParameters] PageQuery page, IMediator mediator, CancellationToken token) => mediator.OkAsync(new ListAuditSeals(page.ToPage()), token))
            .Produces<Page<AuditSealAnswer>>().RequireAuthorization(Policies.Overseer).WithSummary("The chain of seals");
        group.MapGet("/flags", ([AsParameters] PageQuery page, string? status, string? code, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListFlags(page.ToPage(), QueryText.Name<FlagStatus>(status, "status"), code, QueryText.Id<Organization>(organizationId), QueryText.Sort<FlagColumn>(sort)), token))
            .Produces<Page<FlagAnswer>>().RequireAuthorization(Policies.Overseer).WithSummary("What may be fraud, the newest first");
        group.MapPost("/flags/{id}/decisions", (string id, Body<DecideFlag> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<FraudFlag>.Parse(id) }, _ => "/v1/audit/flags", token))
            .Produces<FlagAnswer>(201).RequireAuthorization(Policies.Admin).WithSummary("Dismiss or confirm a flag")
            .WithDescription("It changes nothing else: what follows is revoked, rejected or credited by its own operation.");
        group.MapPost("/verifications", (IMediator mediator, CancellationToken token) => mediator.OkAsync(new VerifyInvariants(), token))
            .Produces<VerificationAnswer>().RequireAuthorization(Policies.Overseer).DisableRequestTimeout().WithSummary("Hold every invariant against the live data");
        group.MapGet("/exports/{period}", async (string period, PeriodArchive archive, HttpContext http, CancellationToken token) =>
            {
                var month = QueryText.Period(period, "period") ?? default;
                var settledAt = await archive.SettledAtAsync(month, token);

                // The end of an archive is written when it is closed, which can't wait for the network.
                http.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
                return Results.Stream(stream => archive.WriteAsync(month, settledAt, stream, token), "application/zip", $"audit-{month}.zip");
            })
            .Produces(200, contentType: "application/zip").RequireAuthorization(Policies.Overseer).DisableRequestTimeout().WithSummary("A settled period's archive for an auditor")
            .WithDescription("Documents, what they were rated from, rules, ledger, seals and a manifest of hashes; `verify FILE` checks it offline.");
        group.MapPost("/replays", (Body<ReplayInvoices> body, IMediator mediator, CancellationToken token) => mediator.OkAsync(body.Value, token))
            .Produces<ReplayAnswer>().RequireAuthorization(Policies.Overseer).DisableRequestTimeout().WithSummary("Make a period's invoices again and compare");
    }

    /// <summary>What waits for a second admin, where <c>Marketplace__FourEyesAbove</c> is set.</summary>
    public static void MapProposals(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/proposals").WithTags("Audit");
        group.MapGet("/", ([AsParameters] PageQuery page, string? status, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListProposals(page.ToPage(), QueryText.Name<ProposalStatus>(status, "status"), QueryText.Sort<ProposalColumn>(sort)), token))
            .Produces<Page<ProposalAnswer>>().RequireAuthorization(Policies.Overseer).WithSummary("What waits for a second admin, or did, the newest first");
        group.MapPost("/{id}/decisions", (string id, Body<DecideProposal> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<Proposal>.Parse(id) }, _ => "/v1/proposals", token))
            .Produces<ProposalAnswer>(201).RequireAuthorization(Policies.Admin).WithSummary("Approve what another admin proposed, which does it, or reject it");
    }

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/jobs").WithTags("Jobs");
        group.MapGet("/", (IMediator mediator, CancellationToken token) => mediator.OkAsync(new ListJobs(), token))
            .Produces<Page<JobAnswer>>().RequireAuthorization(Policies.Overseer).WithSummary("The catalogue of jobs and their last runs");
        group.MapPost("/{name}/runs", (string name, IMediator mediator, CancellationToken token) => mediator.OkAsync(new RunJob(name), token))
            .Produces<Page<JobRunResult>>().RequireAuthorization(Policies.Admin).DisableRequestTimeout().WithSummary("Run a job for what is due by now");
    }
}
