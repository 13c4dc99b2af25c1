using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

public sealed record NodeInput(
    string? Name, string? Accelerator, int? Cards, int? Vcpus, int? MemoryGiB, Interconnect? Interconnect = null, IReadOnlyList<string>? Tags = null);

public sealed record NodesAnswer(Id<Center> CenterId, int Nodes, int Cards);

/// <summary>Adds nodes to a centre of the caller's, all or none.</summary>
public sealed record AddNodes(IReadOnlyList<NodeInput>? Nodes) : ICommand<NodesAnswer>
{
    public const int Max = 10_000;

    [JsonIgnore]
    public Id<Center> CenterId { get; init; }
}

public sealed class AddNodesValidator : AbstractValidator<AddNodes>
{
    public AddNodesValidator()
    {
        RuleFor(request => request.Nodes).Required()
            .Must(nodes => nodes is null || nodes.Count is > 0 and <= AddNodes.Max).WithMessage($"must have 1 to {AddNodes.Max} items");
        When(request => request.Nodes is { Count: > 0 and <= AddNodes.Max }, () =>
        {
            RuleForEach(request => request.Nodes).SetValidator(new NodeInputValidator());
            RuleFor(request => request.Nodes).Custom((nodes, validation) =>
            {
                var seen = new HashSet<string>();
                for (var i = 0; i < nodes!.Count; i++)
                {
                    if (nodes[i]?.Name is { } name && !seen.Add(name))
                    {
                        validation.AddFailure($"nodes[{i}].name", "repeats a name of this request");
                    }
                }
            });
        });
    }
}

public sealed class NodeInputValidator : AbstractValidator<NodeInput>
{
    public NodeInputValidator()
    {
        RuleFor(node => node.Name).Text(100);
        RuleFor(node => node.Accelerator).Text(50);
        RuleFor(node => node.Cards).Required().Between(1, Node.MaxCards);
        RuleFor(node => node.Vcpus).Required().Between(1, 100_000);
        RuleFor(node => node.MemoryGiB).Required().Between(1, 1_000_000);
        RuleFor(node => node.Tags).Words(50, 50);
    }
}

public sealed class AddNodesHandler(IMarketplaceDb db, AuditLog audit, MarketClock clock) : IRequestHandler<AddNodes, NodesAnswer>
{
    public async Task<NodesAnswer> Handle(AddNodes request, CancellationToken cancellationToken)
    {
        var center = await db.Centers.SingleOrDefaultAsync(c => c.Id == request.CenterId, cancellationToken) ?? throw SharedErrors.NotFound("center");
        await CheckModelsAsync(request.Nodes!, cancellationToken);
        var taken = (await db.Nodes.Where(node => node.CenterId == center.Id).Select(node => node.Name).ToListAsync(cancellationToken)).ToHashSet();
        if (request.Nodes!.FirstOrDefault(node => taken.Contains(node.Name!)) is { } twice)
        {
            throw MarketErrors.NodeExists(twice.Name!);
        }

        var now = clock.GetUtcNow();
        foreach (var input in request.Nodes!)
        {
            db.Nodes.Add(new()
            {
                Id = Id<Node>.New(now),
                CenterId = center.Id,
                OwnerId = center.OwnerId,
                Name = input.Name!,
                Accelerator = input.Accelerator!,
                Cards = input.Cards!.Value,
                Vcpus = input.Vcpus!.Value,
                MemoryGiB = input.MemoryGiB!.Value,
                Interconnect = input.Interconnect,
                Tags = input.Tags ?? [],
            });
        }

        var answer = new NodesAnswer(center.Id, request.Nodes!.Count, request.Nodes.Sum(node => node.Cards!.Value));
        audit.Record("nodes.added", ("center", center.Id.ToString()), center.OwnerId, answer);
        return answer;
    }

    private async Task CheckModelsAsync(IReadOnlyList<NodeInput> nodes, CancellationToken cancellationToken)
    {
        var known = (await db.Accelerators.Select(accelerator => accelerator.Model).ToListAsync(cancellationToken)).ToHashSet();
        var errors = nodes.Select((node, i) => (node, i)).Where(n => !known.Contains(n.node.Accelerator!))
            .ToDictionary(n => $"nodes[{n.i}].accelerator", _ => new[] { "is not a model of the catalogue" });
        if (errors.Count > 0)
        {
            throw new InvalidRequestException(errors);
        }
    }
}

public sealed record NodeAnswer(
    Id<Node> Id, string Name, string Accelerator, int Cards, int Vcpus, int MemoryGiB, Interconnect? Interconnect, IReadOnlyList<string> Tags,
    Hour? WithdrawnFrom, IReadOnlyList<WithdrawnCard> WithdrawnCards)
{
    public static NodeAnswer Of(Node node) => new(
        node.Id, node.Name, node.Accelerator, node.Cards, node.Vcpus, node.MemoryGiB, node.Interconnect, node.Tags, node.WithdrawnFrom, node.WithdrawnCards);
}

/// <summary>What nodes can be sorted by.</summary>
public enum NodeColumn
{
    Name,
    Accelerator,
    Cards,
}

/// <summary>The nodes of a centre of the caller's, the newest first where it isn't said otherwise.</summary>
/// <param name="Name">Those whose name has this in it, in any case.</param>
/// <param name="Accelerator">Those of this model.</param>
public sealed record ListNodes(Id<Center> CenterId, PageRequest Page, string? Name = null, string? Accelerator = null, Sort<NodeColumn>? Sort = null)
    : IQuery<Page<NodeAnswer>>, IPaged;

public sealed class ListNodesHandler(IMarketplaceDb db) : IRequestHandler<ListNodes, Page<NodeAnswer>>
{
    public async Task<Page<NodeAnswer>> Handle(ListNodes request, CancellationToken cancellationToken)
    {
        if (!await db.Centers.AnyAsync(center => center.Id == request.CenterId, cancellationToken))
        {
            throw SharedErrors.NotFound("center");
        }

        var page = await db.Nodes.AsNoTracking().Containing(node => node.Name, request.Name)
            .Where(node => node.CenterId == request.CenterId && (request.Accelerator == null || node.Accelerator == request.Accelerator))
            .SortedAsync(
                db.Nodes, request.Page, request.Sort,
                new() { { NodeColumn.Name, node => node.Name }, { NodeColumn.Accelerator, node => node.Accelerator }, { NodeColumn.Cards, node => node.Cards } },
                cancellationToken);
        return page.Select(NodeAnswer.Of);
    }
}
