using Marketplace.Domain.Audit;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Audit;

public sealed class AuditSealTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_chain_holds_over_what_it_was_made_of()
    {
        var batches = Enumerable.Range(0, 3).Select(_ => Entries(4)).ToList();
        AuditSeal? previous = null;
        foreach (var batch in batches)
        {
            var seal = AuditSeal.Over(batch, previous, Now);
            Assert.True(seal.Holds(batch, previous));
            Assert.True(seal.Holds(batch.AsEnumerable().Reverse(), previous));
            Assert.Equal((previous?.Number ?? 0) + 1, seal.Number);
            previous = seal;
        }
    }

    [Fact]
    public void A_missing_an_added_and_a_doubled_entry_are_found()
    {
        var batch = Entries(4);
        var seal = AuditSeal.Over(batch, null, Now);
        Assert.False(seal.Holds(batch.Skip(1), null));
        Assert.False(seal.Holds(batch.Concat(Entries(1)), null));
        Assert.False(seal.Holds(batch.Append(batch[0]), null));
        Assert.False(seal.Holds([.. batch.Skip(1), .. Entries(1)], null));
        Assert.False(seal.Holds([], null));
    }

    [Fact]
    public void Each_field_of_an_entry_is_sealed()
    {
        var entry = Entry("a", "b", "c", "d", "{}");
        var seal = AuditSeal.Over([entry], null, Now);
        AuditEntry[] forged =
        [
            With(entry, actor: "x"), With(entry, action: "x"), With(entry, subjectType: "x"), With(entry, subjectId: "x"), With(entry, details: "[]"),
            With(entry, at: Now.AddTicks(1)), With(entry, id: Id<AuditEntry>.New(Now)),

            // What slides from one field into the next is another entry as well.
            With(entry, actor: "ab", action: ""), With(entry, actor: "", action: "ab"),
        ];
        Assert.All(forged, other => Assert.False(seal.Holds([other], null)));
        Assert.True(seal.Holds([With(entry)], null));
    }

    [Fact]
    public void A_seal_holds_behind_its_own_predecessor_only()
    {
        var (first, second) = (Entries(2), Entries(2));
        var one = AuditSeal.Over(first, null, Now);
        var other = AuditSeal.Over(Entries(2), null, Now);
        var seal = AuditSeal.Over(second, one, Now);
        Assert.True(seal.Holds(second, one));
        Assert.False(seal.Holds(second, other));
        Assert.False(seal.Holds(second, null));
        Assert.False(one.Holds(first, other));
    }

    private static List<AuditEntry> Entries(int count) => [.. Enumerable.Range(0, count).Select(i => Entry("actor", "action", "type", $"{i}", "{}"))];

    private static AuditEntry Entry(string actor, string action, string subjectType, string subjectId, string details) => new()
    {
        Id = Id<AuditEntry>.New(Now),
        At = Now,
        Actor = actor,
        Action = action,
        SubjectType = subjectType,
        SubjectId = subjectId,
        Details = details,
    };

    private static AuditEntry With(
        AuditEntry entry, Id<AuditEntry>? id = null, DateTimeOffset? at = null, string? actor = null, string? action = null, string? subjectType = null,
        string? subjectId = null, string? details = null) => new()
        {
            Id = id ?? entry.Id,
            At = at ?? entry.At,
            Actor = actor ?? entry.Actor,
            OwnerId = entry.OwnerId,
            Action = action ?? entry.Action,
            SubjectType = subjectType ?? entry.SubjectType,
            SubjectId = subjectId ?? entry.SubjectId,
            Details = details ?? entry.Details,
        };
}
