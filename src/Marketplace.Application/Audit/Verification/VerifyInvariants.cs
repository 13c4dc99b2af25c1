using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>One invariant held against the live data.</summary>
/// <param name="Name">Stable, such as <c>capacity.sold_once</c>.</param>
/// <param name="Holds">Whether no violation was found.</param>
/// <param name="Checked">How many things were looked at.</param>
/// <param name="Violations">The first of them, in words.</param>
public sealed record InvariantAnswer(string Name, bool Holds, long Checked, IReadOnlyList<string> Violations);

/// <param name="Entries">Audit entries there are.</param>
/// <param name="Sealed">How many of them a seal vouches for: those after are too new.</param>
/// <param name="Holds">Whether every seal fits its entries and the seal before it.</param>
/// <param name="FirstBroken">The number of the first seal that doesn't.</param>
public sealed record ChainAnswer(long Entries, long Sealed, bool Holds, long? FirstBroken);

public sealed record VerificationAnswer(DateTimeOffset At, IReadOnlyList<InvariantAnswer> Invariants, ChainAnswer Chain);

/// <summary>Collects what one check finds.</summary>
public sealed class Findings(string name)
{
    private const int Shown = 20;
    private readonly List<string> _violations = [];
    private long _checked;
    private bool _broken;

    /// <summary>Counts one thing that was looked at.</summary>
    /// <param name="violation">Said only where it doesn't hold.</param>
    public void Expect(bool holds, Func<string> violation)
    {
        _checked++;
        if (!holds)
        {
            _broken = true;
            if (_violations.Count < Shown)
            {
                _violations.Add(violation());
            }
        }
    }

    public InvariantAnswer Answer() => new(name, !_broken, _checked, _violations);
}

/// <summary>Checks of one feature's invariants; each reads what it needs and trusts nothing that it can add up itself.</summary>
public interface IInvariantChecks
{
    IAsyncEnumerable<InvariantAnswer> RunAsync(CancellationToken cancellationToken);
}

/// <summary>Holds every invariant against the live data, as of one moment.</summary>
public sealed record VerifyInvariants : IQuery<VerificationAnswer>;

public sealed class VerifyInvariantsHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, IEnumerable<IInvariantChecks> checks, MarketClock clock)
    : IRequestHandler<VerifyInvariants, VerificationAnswer>
{
    public Task<VerificationAnswer> Handle(VerifyInvariants request, CancellationToken cancellationToken) => unitOfWork.ReadAsync(
        async token =>
        {
            var answers = new List<InvariantAnswer>();
            foreach (var check in checks)
            {
                await foreach (var answer in check.RunAsync(token))
                {
                    answers.Add(answer);
                }
            }

            return new VerificationAnswer(clock.GetUtcNow(), answers, await ChainAsync(token));
        },
        cancellationToken);

    private async Task<ChainAnswer> ChainAsync(CancellationToken cancellationToken)
    {
        var entries = await db.AuditEntries.LongCountAsync(cancellationToken);
        var carried = await db.AuditEntries.LongCountAsync(entry => entry.SealNumber != null, cancellationToken);
        AuditSeal? previous = null;
        var vouched = 0L;
        await foreach (var seal in db.AuditSeals.AsNoTracking().OrderBy(seal => seal.Number).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var batch = await db.AuditEntries.AsNoTracking().Where(entry => entry.SealNumber == seal.Number).ToListAsync(cancellationToken);
            if (!seal.Holds(batch, previous))
            {
                return new(entries, vouched, false, seal.Number);
            }

            (previous, vouched) = (seal, vouched + batch.Count);
        }

        // An entry that names a seal which isn't there: the newest seals were taken away.
        return vouched == carried ? new(entries, vouched, true, null) : new(entries, vouched, false, (previous?.Number ?? 0) + 1);
    }
}
