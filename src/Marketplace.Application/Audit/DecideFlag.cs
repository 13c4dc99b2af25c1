using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>Says whether a flag was one. It changes nothing else: what follows from it is revoked, rejected or credited by its own operation.</summary>
public sealed record DecideFlag(FlagVerdict? Decision, string? Note) : ICommand<FlagAnswer>
{
    [JsonIgnore]
    public Id<FraudFlag> Id { get; init; }
}

public sealed class DecideFlagValidator : AbstractValidator<DecideFlag>
{
    public DecideFlagValidator()
    {
        RuleFor(request => request.Decision).Required();
        RuleFor(request => request.Note).Text(500);
    }
}

public sealed class DecideFlagHandler(IMarketplaceDb db, AuditLog audit, MarketClock clock) : IRequestHandler<DecideFlag, FlagAnswer>
{
    public async Task<FlagAnswer> Handle(DecideFlag request, CancellationToken cancellationToken)
    {
        var flag = await db.FraudFlags.SingleOrDefaultAsync(f => f.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("flag");
        flag.Decide(request.Decision!.Value, request.Note!, clock.GetUtcNow());
        audit.Record("flag.decided", ("flag", flag.Id.ToString()), null, new { flag.Code, subject = flag.SubjectId, request.Decision, request.Note });
        return FlagAnswer.Of(flag);
    }
}
