using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>
/// What proposed rules would have paid of past orders, had every buyer had a voucher. Each order is judged by itself, in the order
/// in which they were placed, on the facts that it pinned; caps, floors, tiers and the budget count up on the way. Other programmes
/// are left aside. Nothing is changed.
/// </summary>
/// <param name="Rules">As of a new version.</param>
/// <param name="From">Orders placed from this instant on.</param>
/// <param name="To">Orders placed before this instant.</param>
/// <param name="Budget">Where the money ends; without, it doesn't.</param>
public sealed record SimulateProgramme(ProgrammeRules? Rules, DateTimeOffset? From, DateTimeOffset? To, Money? Budget) : IQuery<SimulationAnswer>;

/// <param name="Orders">How many were looked at.</param>
/// <param name="OrdersPaid">Of how many something would have been paid.</param>
/// <param name="Applicants">How many buyers would have got something.</param>
/// <param name="Volume">What the orders come to.</param>
/// <param name="PublicMoney">What would have been paid. Null where fewer than three buyers stand behind it and the caller may not see every order.</param>
/// <param name="PaidThen">What vouchers of all programmes were to pay of these orders when they were placed. Null as above.</param>
/// <param name="Refusals">Orders of which nothing is paid, by the rule that ruled them out.</param>
/// <param name="ByMonth">By month of the order. Empty as above.</param>
public sealed record SimulationAnswer(
    long Orders, long OrdersPaid, int Applicants, Money? Volume, Money? PublicMoney, Money? PaidThen, IReadOnlyDictionary<string, long> Refusals,
    IReadOnlyDictionary<string, Money> ByMonth);

public sealed class SimulateProgrammeValidator : AbstractValidator<SimulateProgramme>
{
    public SimulateProgrammeValidator()
    {
        RuleFor(request => request.Rules).Required();
        RuleFor(request => request.Rules).Custom(ProgrammeRuleChecks.Report);
        RuleFor(request => request.Rules!.Mode).NotEqual(ProgrammeMode.Reward).When(request => request.Rules is not null)
            .WithMessage("can't be reward: it pays no order").OverridePropertyName("rules.mode");
        RuleFor(request => request.To).Must((request, to) => to is null || request.From is null || to > request.From).WithMessage("must be after from");
        RuleFor(request => request.Budget).Must(budget => budget is null || (budget.Value.IsPositive && budget.Value <= Money.Limit)).WithMessage($"must be more than 0.00 and at most {Money.Limit}");
    }
}

public sealed class SimulateProgrammeHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, RequestContext context, MarketplaceSettings settings) : IRequestHandler<SimulateProgramme, SimulationAnswer>
{
    private const int FewestParties = 3;
    private const int PageSize = 500;

    /// <summary>All orders as they are at one moment, a page at a time: a query that may be retried is held in memory as a whole.</summary>
    public Task<SimulationAnswer> Handle(SimulateProgramme request, CancellationToken cancellationToken) =>
        unitOfWork.ReadAsync(token => PlayAsync(request, token), cancellationToken);

    private async Task<SimulationAnswer> PlayAsync(SimulateProgramme request, CancellationToken cancellationToken)
    {
        var orders = db.Orders.IgnoreQueryFilters().AsNoTracking();
        orders = request.From is { } from ? orders.Where(order => order.PlacedAt >= from) : orders;
        orders = request.To is { } to ? orders.Where(order => order.PlacedAt < to) : orders;
        var simulation = new Simulation(request.Rules!, request.Budget);
        var (volume, then) = (Money.Zero, Money.Zero);
        var buyers = new HashSet<Id<Organization>>();
        for (Id<Order>? last = Id<Order>.None; last is { } after;)
        {
            var page = await orders.Where(order => order.Id > after).OrderBy(order => order.Id).Take(PageSize)
                .Select(order => new { order.Id, order.BuyerId, order.PlacedAt, order.Total, order.PublicMoney, order.Funding }).ToListAsync(cancellationToken);
            foreach (var order in page)
            {
                simulation.Order(order.Funding, settings.Time.Period(order.PlacedAt));
                buyers.Add(order.BuyerId);
                (volume, then) = (volume + order.Total, then + order.PublicMoney);
            }

            last = page.Count < PageSize ? null : page[^1].Id;
        }

        var shown = context.Caller.SeesAll || (buyers.Count >= FewestParties && simulation.Applicants is 0 or >= FewestParties);
        return new(
            simulation.Orders, simulation.OrdersPaid, simulation.Applicants, shown ? volume : null, shown ? simulation.Paid : null, shown ? then : null, simulation.Refusals,
            shown ? simulation.ByMonth.ToDictionary(month => month.Key.ToString(), month => month.Value) : new Dictionary<string, Money>());
    }
}
