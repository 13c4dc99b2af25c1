using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>Raises flags in the transaction that is under way, or where it is refused in one of its own.</summary>
public sealed class FraudFlags(IMarketplaceDb db, AuditLog audit, MarketClock clock)
{
    private readonly Dictionary<(string Code, string Type, string Id), (Id<Organization> Organization, object Detail)> _onRefusal = [];

    /// <summary>Whether anything waits to be raised because a request is refused.</summary>
    public bool Waits => _onRefusal.Count > 0;

    /// <summary>Raises a flag; one that the subject has already isn't raised again, whatever became of it.</summary>
    /// <param name="code">One of <see cref="FlagCodes"/>.</param>
    /// <param name="subject">Type and id, at most 100 characters, of what it is about.</param>
    /// <param name="organization">Whose doing it looks like.</param>
    /// <param name="detail">What was found, for JSON; never a secret.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RaiseAsync(string code, (string Type, string Id) subject, Id<Organization> organization, object detail, CancellationToken cancellationToken)
    {
        if (await db.FraudFlags.IgnoreQueryFilters().AnyAsync(f => f.Code == code && f.SubjectType == subject.Type && f.SubjectId == subject.Id, cancellationToken))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var flag = new FraudFlag
        {
            Id = Id<FraudFlag>.New(now),
            Code = code,
            SubjectType = subject.Type,
            SubjectId = subject.Id,
            OrganizationId = organization,
            At = now,
            Detail = JsonSerializer.Serialize(detail, MarketJson.Options),
        };
        db.FraudFlags.Add(flag);

        // Nobody's own entry: who is flagged isn't told.
        audit.Record("flag.raised", ("flag", flag.Id.ToString()), null, new { code, subject = subject.Id, organization, detail });
    }

    /// <summary>What is about to be refused, and would be undone with it, is raised by <see cref="RaiseWaitingAsync"/>.</summary>
    public void OnRefusal(string code, (string Type, string Id) subject, Id<Organization> organization, object detail) =>
        _onRefusal[(code, subject.Type, subject.Id)] = (organization, detail);

    public async Task RaiseWaitingAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, flag) in _onRefusal)
        {
            await RaiseAsync(key.Code, (key.Type, key.Id), flag.Organization, flag.Detail, cancellationToken);
        }
    }

    public void Forget() => _onRefusal.Clear();
}

/// <summary>Raises what a refused request would have undone, in a transaction of its own; stands around that of the request.</summary>
public sealed class FlagRefusalsBehavior<TRequest, TAnswer>(IUnitOfWork unitOfWork, FraudFlags flags) : IPipelineBehavior<TRequest, TAnswer>
    where TRequest : IRequest<TAnswer>
{
    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        try
        {
            return await next();
        }
        catch (RuleException) when (flags.Waits)
        {
            await unitOfWork.ExecuteAsync(
                async token =>
                {
                    await flags.RaiseWaitingAsync(token);
                    return Done.Value;
                },
                cancellationToken);
            flags.Forget();
            throw;
        }
    }
}
