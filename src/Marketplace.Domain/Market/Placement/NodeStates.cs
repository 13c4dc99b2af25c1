namespace Marketplace.Domain.Market.Placement;

/// <summary>So many cards of a node with the same free milli, 1 to 1000.</summary>
internal readonly record struct Run(ushort Milli, ushort Cards);

/// <summary>What is free on a node, but for its cards.</summary>
/// <param name="Class">The id of the node's class.</param>
/// <param name="CpuMilli">Free thousandths of a vCPU.</param>
/// <param name="MemoryMiB">Free MiB.</param>
internal readonly record struct FreeNode(int Class, int CpuMilli, int MemoryMiB);

/// <summary>
/// The states that nodes were met in, numbered from 0: what is free, and runs of cards from the fullest to the emptiest. Full
/// cards are left out, as nothing depends on them.
/// </summary>
internal sealed class NodeStates
{
    private Entry[] _entries = new Entry[64];
    private Run[] _runs = new Run[256];
    private int _runCount;

    /// <summary>Open addressing; 0 is empty, else an id plus 1. Never more than half full.</summary>
    private int[] _slots = new int[128];

    public int Count { get; private set; }

    public ref readonly FreeNode this[int id] => ref _entries[id].Free;

    public ReadOnlySpan<Run> Runs(int id) => _runs.AsSpan(_entries[id].From, _entries[id].Length);

    /// <summary>The id of the state, which is new where it is <see cref="Count"/> before the call.</summary>
    public int Intern(in FreeNode free, ReadOnlySpan<Run> runs)
    {
        var hash = Hash(free, runs);
        var slot = (int)(hash & (uint)(_slots.Length - 1));
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            var id = _slots[slot] - 1;
            if (_entries[id].Hash == hash && _entries[id].Free == free && Runs(id).SequenceEqual(runs))
            {
                return id;
            }
        }

        _slots[slot] = Count + 1;
        Add(new(free, hash, _runCount, runs.Length), runs);
        return Count - 1;
    }

    private void Add(Entry entry, ReadOnlySpan<Run> runs)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        if (_runCount + runs.Length > _runs.Length)
        {
            Array.Resize(ref _runs, Math.Max(_runs.Length * 2, _runCount + runs.Length));
        }

        runs.CopyTo(_runs.AsSpan(_runCount));
        _entries[Count++] = entry;
        _runCount += runs.Length;
        if (Count * 2 > _slots.Length)
        {
            Rehash();
        }
    }

    private void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        for (var id = 0; id < Count; id++)
        {
            var slot = (int)(_entries[id].Hash & (uint)(_slots.Length - 1));
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = id + 1;
        }
    }

    private static uint Hash(in FreeNode free, ReadOnlySpan<Run> runs)
    {
        unchecked
        {
            var hash = Mix(Mix(Mix(0, (uint)free.Class), (uint)free.CpuMilli), (uint)free.MemoryMiB);
            foreach (var run in runs)
            {
                hash = Mix(hash, ((uint)run.Milli << 16) | run.Cards);
            }

            return (uint)(hash >> 32);
        }
    }

    /// <summary>Multiplication carries upwards only, so the upper half comes back down before the next word.</summary>
    private static ulong Mix(ulong hash, uint word)
    {
        unchecked
        {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15;
            return hash ^ (hash >> 29);
        }
    }

    private readonly record struct Entry(FreeNode Free, uint Hash, int From, int Length)
    {
        public readonly FreeNode Free = Free;
    }
}
