using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>Plays a programme's rules over orders, one after the other, as if each buyer had a voucher for all that caps leave him.</summary>
/// <param name="rules">Rules that passed their check.</param>
/// <param name="budget">Where the money ends; null where it doesn't.</param>
public sealed class Simulation(ProgrammeRules rules, Money? budget)
{
    private const string Code = "simulated";

    private readonly Dictionary<(Id<Organization> Buyer, int Year), Money> _paidInYear = [];
    private readonly Dictionary<Id<Organization>, Money> _paid = [];
    private readonly Dictionary<Id<Organization>, List<(DateOnly Day, Money Amount)>> _spent = [];
    private readonly SortedDictionary<string, long> _refusals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Period, Money> _byMonth = [];

    public long Orders { get; private set; }

    public long OrdersPaid { get; private set; }

    public Money Paid { get; private set; }

    /// <summary>Buyers who got something.</summary>
    public int Applicants => _paid.Count;

    /// <summary>Orders of which nothing was paid, by the rule that ruled them out.</summary>
    public IReadOnlyDictionary<string, long> Refusals => _refusals;

    public IReadOnlyDictionary<Period, Money> ByMonth => _byMonth;

    /// <param name="facts">What the order pinned.</param>
    /// <param name="month">In which it was placed.</param>
    public void Order(AllocationRequest facts, Period month)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Orders++;
        var (buyer, year) = (facts.Buyer, facts.OrderedOn.Year);
        if (ApplicantEligibility.ApplicantRefusal(rules.Applicant ?? new(), buyer, facts.OrderedOn) is { } ineligible)
        {
            Refuse(ineligible);
            return;
        }

        var limit = Left(buyer.Id, year);
        var allocation = VoucherAllocator.Allocate(facts with
        {
            Chosen = null,
            ExternalPublicMoney = Money.Zero,
            PublicMoneyBefore = Money.Zero,
            Programmes = [Programme(buyer.Id, facts.OrderedOn)],
            Vouchers = [new() { Id = new(buyer.Id.Value), ProgrammeCode = Code, ExpiresOn = DateOnly.MaxValue, Limit = limit }],
        });
        Spend(buyer.Id, facts.OrderedOn, allocation.Decisions.Sum(decision => decision.Eligible));
        if (allocation.PublicMoney.IsZero)
        {
            Refuse(limit.IsZero ? (Paid == budget ? "programme.exhausted" : "cap.exceeded") : allocation.NotApplied.Select(unused => unused.Code).FirstOrDefault() ?? RuleCodes.ShareIsNothing);
            return;
        }

        OrdersPaid++;
        Paid += allocation.PublicMoney;
        _paid[buyer.Id] = _paid.GetValueOrDefault(buyer.Id) + allocation.PublicMoney;
        _paidInYear[(buyer.Id, year)] = _paidInYear.GetValueOrDefault((buyer.Id, year)) + allocation.PublicMoney;
        _byMonth[month] = _byMonth.GetValueOrDefault(month) + allocation.PublicMoney;
    }

    private void Refuse(string code) => _refusals[code] = _refusals.GetValueOrDefault(code) + 1;

    /// <summary>What the caps and the budget leave a buyer.</summary>
    private Money Left(Id<Organization> buyer, int year)
    {
        var left = budget is { } all ? all - Paid : Money.Limit;
        foreach (var (cap, used) in new[] { (rules.Caps?.PerApplicantYear, _paidInYear.GetValueOrDefault((buyer, year))), (rules.Caps?.PerApplicant, _paid.GetValueOrDefault(buyer)) })
        {
            left = cap is { } most ? Money.Min(left, most - used) : left;
        }

        return Money.Max(left, Money.Zero);
    }

    private ProgrammeInForce Programme(Id<Organization> buyer, DateOnly day)
    {
        var spent = _spent.GetValueOrDefault(buyer) ?? [];
        var inYear = spent.Where(entry => entry.Day.Year == day.Year).Sum(entry => entry.Amount);
        var since = day.AddMonths(-(rules.Floors?.SpendWithin?.Months ?? 0));
        return new()
        {
            Code = Code,
            VersionNumber = 0,
            Rules = rules,
            SpentInYear = inYear,
            InvoicedInYear = inYear,
            SpentWithin = spent.Where(entry => entry.Day >= since).Sum(entry => entry.Amount),
        };
    }

    private void Spend(Id<Organization> buyer, DateOnly day, Money amount)
    {
        if (!_spent.TryGetValue(buyer, out var entries))
        {
            _spent[buyer] = entries = [];
        }

        if (entries.Count > 0 && entries[^1].Day == day)
        {
            entries[^1] = (day, entries[^1].Amount + amount);
        }
        else
        {
            entries.Add((day, amount));
        }
    }
}
