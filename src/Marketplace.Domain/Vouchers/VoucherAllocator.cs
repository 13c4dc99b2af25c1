using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>
/// Which voucher pays what. A pure function: the same request gives the same answer, whatever the order that the vouchers
/// stand in. Contract by contract and line by line, vouchers give in their order of use — priority of the programme
/// (lower first), then the earliest expiry, then the smallest, then the id — each as much as the line, the programme's
/// share of it, the voucher, the programme's cap and the ceilings on public money leave. Every amount given is a whole
/// number of the programme's units.
/// </summary>
public static class VoucherAllocator
{
    /// <exception cref="ArgumentException">
    /// A line's amount is negative, two lines have one key, or a voucher's programme isn't in the request.
    /// </exception>
    public static VoucherAllocation Allocate(AllocationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Lines.Any(line => line.Amount.IsNegative) || request.Lines.DistinctBy(line => line.Key).Count() != request.Lines.Count)
        {
            throw new ArgumentException("Lines have keys of their own and amounts of 0 or more.", nameof(request));
        }

        return new AllocationRun(request).Answer();
    }
}

/// <summary>One allocation under way.</summary>
internal sealed class AllocationRun
{
    private readonly AllocationRequest _request;
    private readonly LineRules _lineRules;
    private readonly HashSet<Id<Voucher>>? _chosen;
    private readonly List<ProgrammePot> _pots;
    private readonly Dictionary<(string Line, string Programme), Verdict> _verdicts = [];
    private readonly Dictionary<(string Line, string Programme), LineDecision> _decisions = [];
    private readonly List<VoucherPart> _parts = [];

    public AllocationRun(AllocationRequest request)
    {
        _request = request;
        _lineRules = new(request);
        _chosen = request.Chosen?.ToHashSet();
        var programmes = request.Programmes.ToDictionary(programme => programme.Code);
        if (request.Vouchers.FirstOrDefault(voucher => !programmes.ContainsKey(voucher.ProgrammeCode)) is { } lost)
        {
            throw new ArgumentException($"The programme {lost.ProgrammeCode} of a voucher isn't in the request.", nameof(request));
        }

        foreach (var (programme, line) in request.Programmes.SelectMany(programme => request.Lines.Select(line => (programme, line))))
        {
            var refusal = _lineRules.Refusal(programme.Rules, line);
            _verdicts.Add((line.Key, programme.Code), new(refusal, refusal is null ? _lineRules.Eligible(programme.Rules, line) : Money.Zero));
        }

        var inOrder = InOrderOfUse(request.Vouchers, programmes).Select((voucher, rank) => (voucher, rank)).ToLookup(pair => pair.voucher.ProgrammeCode);
        _pots = [.. request.Programmes.Select(programme => new ProgrammePot(programme, [.. inOrder[programme.Code]], FloorRefusal(programme)))];
    }

    public VoucherAllocation Answer()
    {
        var book = new Book(_pots, _request);
        foreach (var contract in _request.Lines.GroupBy(line => line.Seller.Id))
        {
            PayContract(book, contract, Outdone(book, contract), dryRun: false);
        }

        var order = from line in _request.Lines from programme in _request.Programmes select _decisions[(line.Key, programme.Code)];
        return new(_parts, [.. order], NotApplied());
    }

    /// <summary>Those that may pay at all. A buyer may have a hundred thousand, so this sorts once and in place.</summary>
    private IEnumerable<SpendableVoucher> InOrderOfUse(IReadOnlyList<SpendableVoucher> vouchers, Dictionary<string, ProgrammeInForce> programmes)
    {
        var fit = new List<(int Priority, SpendableVoucher Voucher)>(vouchers.Count);
        foreach (var voucher in vouchers)
        {
            var programme = programmes[voucher.ProgrammeCode];
            if (UnfitFor(voucher, programme) is null)
            {
                fit.Add((programme.Rules.Priority(), voucher));
            }
        }

        fit.Sort((left, right) => Compare(left.Priority, left.Voucher, right.Priority, right.Voucher));
        return fit.Select(entry => entry.Voucher);
    }

    private static int Compare(int leftPriority, SpendableVoucher left, int rightPriority, SpendableVoucher right)
    {
        var order = leftPriority.CompareTo(rightPriority);
        order = order != 0 ? order : left.ExpiresOn.CompareTo(right.ExpiresOn);
        order = order != 0 ? order : (left.Available ?? left.Limit).CompareTo(right.Available ?? right.Limit);
        order = order != 0 ? order : left.Id.CompareTo(right.Id);
        return order != 0 ? order : (left.HeldFor ?? Id<Leg>.None).CompareTo(right.HeldFor ?? Id<Leg>.None);
    }

    /// <summary>Why a voucher can't pay any line, whatever the line; null where that depends.</summary>
    private string? UnfitFor(SpendableVoucher voucher, ProgrammeInForce programme) =>
        voucher.HeldFor is null && _chosen?.Contains(voucher.Id) == false ? RuleCodes.NotSelected
        : voucher.HeldFor is null && voucher.ExpiresOn < _request.Today ? RuleCodes.Expired
        : voucher.Limit < programme.Rules.Unit() ? RuleCodes.UsedUp
        : null;

    /// <summary>The floor that the order doesn't reach, or null. It is asked of money that isn't held yet.</summary>
    private string? FloorRefusal(ProgrammeInForce programme)
    {
        var floors = programme.Rules.Floors;
        var eligible = _request.Lines.Sum(line => _verdicts[(line.Key, programme.Code)].Eligible);
        return _request.OrderTotal < floors?.PerOrder ? RuleCodes.OrderFloor
            : programme.InvoicedInYear + eligible < floors?.SpendPerYear ? RuleCodes.SpendFloor
            : programme.SpentWithin + eligible < floors?.SpendWithin?.Amount ? RuleCodes.SpendFloor
            : null;
    }

    /// <summary>
    /// The programmes that another one of their <c>bestOf</c> group outdoes on a contract, by what each would give if it
    /// were alone. One that is on the contract already stays.
    /// </summary>
    private HashSet<ProgrammePot> Outdone(Book book, IGrouping<Id<Organization>, FundableLine> contract)
    {
        var (standing, outdone) = (new List<ProgrammePot>(), new HashSet<ProgrammePot>());
        var contest = book.Pots.Where(pot => book.Pots.Any(other => pot.IsRivalOf(other, StackingPolicy.BestOf))).ToList();
        var byGift = contest.Select(pot => (pot, gift: PayContract(book.Only(pot), contract, [], dryRun: true)))
            .OrderByDescending(entry => entry.pot.IsOn(contract)).ThenByDescending(entry => entry.gift)
            .ThenBy(entry => entry.pot.FirstRank);
        foreach (var (pot, gift) in byGift)
        {
            if (standing.Any(other => pot.IsRivalOf(other, StackingPolicy.BestOf)))
            {
                outdone.Add(pot);
            }
            else if (gift.IsPositive || pot.IsOn(contract))
            {
                standing.Add(pot);
            }
        }

        return outdone;
    }

    /// <returns>What the contract's lines get.</returns>
    private Money PayContract(Book book, IGrouping<Id<Organization>, FundableLine> contract, HashSet<ProgrammePot> outdone, bool dryRun)
    {
        var paying = _pots.Where(pot => pot.IsOn(contract)).ToList();
        var before = book.PublicMoney;
        foreach (var line in contract)
        {
            var turns = book.Pots.Select(pot => TurnOf(pot, line, outdone.Contains(pot))).ToList();
            PayLine(book, line, turns, paying, dryRun);
            foreach (var turn in turns)
            {
                Close(turn, line, paying, dryRun);
            }
        }

        return book.PublicMoney - before;
    }

    private Turn TurnOf(ProgrammePot pot, FundableLine line, bool isOutdone)
    {
        var (refusal, eligible) = _verdicts[(line.Key, pot.Programme.Code)];
        var steps = refusal is null ? _lineRules.Steps(pot.Programme.Rules, line, eligible, pot.Programme.SpentBefore(line)) : [];
        var share = LineRules.Share(steps, pot.Unit);
        var stop = refusal ?? (share.IsZero ? RuleCodes.ShareIsNothing : isOutdone ? RuleCodes.NotTheBest : null);
        return new(pot, eligible, steps, share) { Stop = stop, Fits = refusal is null && !isOutdone };
    }

    private void PayLine(Book book, FundableLine line, List<Turn> turns, List<ProgrammePot> paying, bool dryRun)
    {
        var left = line.Amount;
        var queue = new PriorityQueue<(Turn Turn, Purse Purse, int Voucher), int>();
        foreach (var turn in turns.Where(turn => turn.Stop is null))
        {
            foreach (var purse in turn.Pot.PursesFor(line))
            {
                Enqueue(turn, purse);
            }
        }

        while (queue.TryDequeue(out var next, out _))
        {
            var (turn, purse, voucher) = next;
            turn.Stop ??= IsShutOut(turn.Pot, paying) ? RuleCodes.Exclusive : null;
            var (most, bound) = turn.Stop is null ? book.Most(turn, left) : default;
            if (most.IsZero)
            {
                turn.Stop ??= bound;
                continue;
            }

            var amount = turn.Pot.DownToUnit(Money.Min(most, purse.Left(voucher)));
            purse.Take(voucher, amount);
            book.Pay(turn, amount);
            left -= amount;
            if (!paying.Exists(turn.Pot.IsOf))
            {
                paying.Add(turn.Pot);
            }

            if (!dryRun)
            {
                _parts.Add(turn.Part(line, purse[voucher], amount));
            }

            Enqueue(turn, purse);
        }

        void Enqueue(Turn turn, Purse purse)
        {
            if (turn.Pot.FirstFor(purse, line) is { } voucher)
            {
                queue.Enqueue((turn, purse, voucher), purse.Rank(voucher));
            }
        }
    }

    /// <summary>Whether a programme on the contract and this one don't stand beside each other, and this one isn't on it yet.</summary>
    private static bool IsShutOut(ProgrammePot pot, List<ProgrammePot> paying) =>
        !paying.Exists(pot.IsOf) && paying.Exists(other => pot.IsRivalOf(other, StackingPolicy.Exclusive));

    /// <summary>When all have had their turn on a line: moves the year's spend on, and notes what decided.</summary>
    private void Close(Turn turn, FundableLine line, List<ProgrammePot> paying, bool dryRun)
    {
        var (pot, programme) = (turn.Pot, turn.Pot.Programme);
        if (turn.Fits && IsShutOut(pot, paying))
        {
            (turn.Fits, turn.Stop) = (false, RuleCodes.Exclusive);
        }

        pot.Programme = turn.Fits ? programme.After(line, turn.Eligible) : programme;
        if (dryRun)
        {
            return;
        }

        var code = turn.Share.IsPositive && turn.Paid == turn.Share ? null : turn.Stop ?? pot.WhyNotAll(line);
        _decisions.Add(
            (line.Key, programme.Code),
            new(line.Key, programme.Code, programme.VersionNumber, turn.Eligible, turn.Steps, turn.Share, turn.Paid, code));
        _verdicts[(line.Key, programme.Code)] = new(turn.Stop ?? RuleCodes.NotNeeded, turn.Eligible);
    }

    private List<UnusedVoucher> NotApplied()
    {
        var used = _parts.Select(part => part.VoucherId).ToHashSet();
        var pots = _pots.ToDictionary(pot => pot.Programme.Code);
        var unused = new Dictionary<Id<Voucher>, UnusedVoucher>(_request.Vouchers.Count);
        foreach (var voucher in _request.Vouchers.Where(voucher => !used.Contains(voucher.Id)))
        {
            var pot = pots[voucher.ProgrammeCode];
            var code = UnfitFor(voucher, pot.Programme) ?? pot.Reason(voucher, WhyNot);
            unused[voucher.Id] = new(voucher.Id, voucher.ProgrammeCode, unused.TryGetValue(voucher.Id, out var other) ? RuleCodes.Further(code, other.Code) : code);
        }

        return [.. unused.Values.OrderBy(voucher => voucher.VoucherId)];
    }

    /// <summary>Of the lines, the one on which a voucher came furthest. It is the same for all vouchers of one programme and expiry.</summary>
    private string WhyNot(SpendableVoucher voucher, ProgrammePot pot) => _request.Lines
        .Where(line => voucher.HeldFor is null || voucher.HeldFor == line.LegId)
        .Select(line =>
        {
            // By now a verdict holds what stopped the programme on the line, the rules of the line by itself included.
            var stop = _verdicts[(line.Key, pot.Programme.Code)].Code!;
            var own = (voucher.HeldFor is null ? pot.FloorRefusal : null)
                ?? (voucher.ExpiresOn < pot.Programme.Rules.LastPaidDay(line.LastDay) ? RuleCodes.ExpiresBeforeUse : null);
            return own is not null && RuleCodes.Further(stop, own) == stop ? own : stop;
        })
        .Aggregate(RuleCodes.NoLine, RuleCodes.Further);

    /// <param name="Code">What ruled a line out for a programme; null where nothing did yet.</param>
    /// <param name="Eligible">What of the line counts.</param>
    private readonly record struct Verdict(string? Code, Money Eligible);

    /// <summary>What has been given so far, with the bounds that hold across lines.</summary>
    private sealed class Book
    {
        private readonly AllocationRequest _request;
        private Money? _ceiling;

        public Book(IReadOnlyList<ProgrammePot> pots, AllocationRequest request)
        {
            (Pots, _request) = (pots, request);
            PublicMoney = request.ExternalPublicMoney + request.PublicMoneyBefore;
            foreach (var pot in pots.Where(pot => pot.PaidOnOrder.IsPositive))
            {
                Bind(pot);
            }
        }

        private Book(Book other, ProgrammePot pot) =>
            (Pots, _request, _ceiling, PublicMoney) = ([pot.Clone()], other._request, other._ceiling, other.PublicMoney);

        public IReadOnlyList<ProgrammePot> Pots { get; }

        /// <summary>All public money on the order, that from outside included.</summary>
        public Money PublicMoney { get; private set; }

        /// <summary>A copy in which one programme is alone, to see what it would give.</summary>
        public Book Only(ProgrammePot pot) => new(this, pot);

        /// <summary>The most that a programme may give next, a whole number of its units, and what bounds it.</summary>
        public (Money Most, string Code) Most(Turn turn, Money lineLeft)
        {
            var pot = turn.Pot;
            (Money Amount, string Code)[] bounds =
            [
                (turn.Share - turn.Paid, RuleCodes.NotNeeded),
                ((pot.Programme.Rules.Caps?.PerOrder ?? lineLeft + pot.PaidOnOrder) - pot.PaidOnOrder, RuleCodes.OrderCap),
                ((Tighter(_ceiling, CeilingOf(pot)) ?? lineLeft + PublicMoney) - PublicMoney, RuleCodes.PublicMoneyCeiling),
                (lineLeft, RuleCodes.NotNeeded),
            ];
            var (amount, code) = bounds.MinBy(bound => pot.DownToUnit(bound.Amount));
            return (Money.Max(pot.DownToUnit(amount), Money.Zero), code);
        }

        public void Pay(Turn turn, Money amount)
        {
            turn.Paid += amount;
            turn.Pot.PaidOnOrder += amount;
            PublicMoney += amount;
            Bind(turn.Pot);
        }

        /// <summary>From its first fen on, a programme's ceiling binds all others as well.</summary>
        private void Bind(ProgrammePot pot) => _ceiling = Tighter(_ceiling, CeilingOf(pot));

        private Money? CeilingOf(ProgrammePot pot) => pot.Programme.Rules.Stacking?.PublicMoneyCeiling is { } ceiling
            ? _request.OrderTotal.ShareDown(ceiling, new Money(1))
            : null;

        private static Money? Tighter(Money? left, Money? right) =>
            left is null || right is null ? left ?? right : Money.Min(left.Value, right.Value);
    }

    /// <summary>A programme's part in one line.</summary>
    private sealed class Turn(ProgrammePot pot, Money eligible, IReadOnlyList<ShareStep> steps, Money share)
    {
        public ProgrammePot Pot => pot;
        public Money Eligible => eligible;
        public IReadOnlyList<ShareStep> Steps => steps;

        /// <summary>What its vouchers may pay together.</summary>
        public Money Share => share;

        public Money Paid { get; set; }

        /// <summary>Whether the line counts as eligible spend.</summary>
        public required bool Fits { get; set; }

        /// <summary>Why it may pay nothing more; null while it may.</summary>
        public required string? Stop { get; set; }

        public VoucherPart Part(FundableLine line, SpendableVoucher voucher, Money amount) => new(
            line.Key, voucher.Id, voucher.HeldFor, pot.Programme.Code, amount,
            string.Join(", ", steps.Select(step => step.Rule)), steps.Count == 1 ? steps[0].Ratio : null);
    }

    /// <summary>The vouchers of one programme and what it has given.</summary>
    private sealed class ProgrammePot
    {
        private readonly Purse _free;
        private readonly Dictionary<Id<Leg>, Purse> _held;
        private readonly Dictionary<(DateOnly ExpiresOn, Id<Leg>? HeldFor), string> _reasons = [];

        public ProgrammePot(ProgrammeInForce programme, IReadOnlyList<(SpendableVoucher Voucher, int Rank)> vouchers, string? floorRefusal)
        {
            (Programme, Unit, FloorRefusal) = (programme, programme.Rules.Unit(), floorRefusal);
            PaidOnOrder = programme.PaidOnOrder;
            _free = new([.. vouchers.Where(v => v.Voucher.HeldFor is null)], Unit);
            _held = vouchers.Where(v => v.Voucher.HeldFor is not null).GroupBy(v => v.Voucher.HeldFor!.Value)
                .ToDictionary(group => group.Key, group => new Purse([.. group], Unit));
            FirstRank = vouchers.Count > 0 ? vouchers[0].Rank : int.MaxValue;
        }

        private ProgrammePot(ProgrammePot other)
        {
            (Programme, Unit, FloorRefusal, FirstRank) = (other.Programme, other.Unit, other.FloorRefusal, other.FirstRank);
            PaidOnOrder = other.PaidOnOrder;
            _free = other._free.Clone();
            _held = other._held.ToDictionary(entry => entry.Key, entry => entry.Value.Clone());
        }

        /// <summary>With the buyer's eligible spend by year, the lines done so far included.</summary>
        public ProgrammeInForce Programme { get; set; }

        public Money Unit { get; }

        /// <summary>The floor that keeps money that isn't held from paying, or null.</summary>
        public string? FloorRefusal { get; }

        /// <summary>The place of its first voucher among those of all programmes.</summary>
        public int FirstRank { get; }

        public Money PaidOnOrder { get; set; }

        public ProgrammePot Clone() => new(this);

        public Money DownToUnit(Money amount) => new(amount.Fen / Unit.Fen * Unit.Fen);

        /// <summary>Whether the two are the same programme; a dry run pays from copies.</summary>
        public bool IsOf(ProgrammePot other) => Programme.Code == other.Programme.Code;

        /// <summary>Whether it was decided before that the programme pays part of a contract.</summary>
        public bool IsOn(IGrouping<Id<Organization>, FundableLine> contract) =>
            Programme.PaidContractsWith.Contains(contract.Key) || contract.Any(line => _held.ContainsKey(line.LegId));

        public bool IsRivalOf(ProgrammePot other, StackingPolicy policy) =>
            Programme.Code != other.Programme.Code && ProgrammeRules.Rivals(Programme.Rules, other.Programme.Rules, policy);

        /// <summary>Why a voucher pays nothing, found once for all of one expiry and leg.</summary>
        public string Reason(SpendableVoucher voucher, Func<SpendableVoucher, ProgrammePot, string> find)
        {
            var key = (voucher.ExpiresOn, voucher.HeldFor);
            return _reasons.TryGetValue(key, out var reason) ? reason : _reasons[key] = find(voucher, this);
        }

        public IEnumerable<Purse> PursesFor(FundableLine line)
        {
            if (_held.TryGetValue(line.LegId, out var held))
            {
                yield return held;
            }

            if (FloorRefusal is null)
            {
                yield return _free;
            }
        }

        /// <summary>
        /// The next voucher of a purse that may pay a line. What is held for a leg pays hours up to the voucher's last day, whenever
        /// the invoice comes: it may have been held for some of the leg's months only.
        /// </summary>
        public int? FirstFor(Purse purse, FundableLine line) => purse.First(Programme.Rules.LastPaidDay(line.LastDay));

        /// <summary>Why it didn't pay its share of a line though no rule stopped it: the line was full, or its vouchers didn't suffice.</summary>
        public string WhyNotAll(FundableLine line) =>
            PursesFor(line).Any(purse => FirstFor(purse, line) is not null) ? RuleCodes.NotNeeded
            : PursesFor(line).Any(purse => purse.First(DateOnly.MinValue) is not null) ? RuleCodes.ExpiresBeforeUse
            : _free.First(DateOnly.MinValue) is not null ? FloorRefusal! : RuleCodes.UsedUp;
    }
}
