using Marketplace.Domain.Metering;

namespace Marketplace.Application.Metering;

/// <param name="Index">The event's place in the batch, from 0.</param>
public sealed record ConflictAnswer(string Source, string Id, string Code, int Index);

/// <param name="Source">As sent; null where it couldn't be read.</param>
/// <param name="Id">As sent; null where it couldn't be read.</param>
/// <param name="Index">The item's place in the batch, from 0.</param>
public sealed record RejectedAnswer(string? Source, string? Id, string Code, string Detail, int Index);

/// <summary>What became of each item of a batch; those that aren't listed were accepted now, or before.</summary>
public sealed record UsageAnswer(int Accepted, int Duplicates, IReadOnlyList<ConflictAnswer> Conflicts, IReadOnlyList<RejectedAnswer> Rejected)
{
    internal static UsageAnswer Of(UsageBatch batch, List<UsageItem> items, IReadOnlyList<Judgement> judgements)
    {
        var conflicts = new List<ConflictAnswer>();
        var rejected = batch.Items.Where(item => item.Malformed is not null)
            .Select(item => new RejectedAnswer(item.Source, item.Id, item.Malformed!.Code, item.Malformed.Detail, item.Index)).ToList();
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (judgements[i].Verdict == Verdict.Conflict)
            {
                conflicts.Add(new(item.Source!, item.Id!, MeteringErrors.Conflict, item.Index));
            }
            else if (judgements[i].Refusal is { } refusal)
            {
                rejected.Add(new(item.Source, item.Id, refusal.Code, refusal.Detail, item.Index));
            }
        }

        return new(
            judgements.Count(j => j.Verdict == Verdict.Accepted), judgements.Count(j => j.Verdict == Verdict.Duplicate), conflicts,
            [.. rejected.OrderBy(item => item.Index)]);
    }
}
