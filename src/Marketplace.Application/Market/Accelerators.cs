using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Dense FP16 teraFLOPS, GiB and watts of one card.</summary>
public sealed record AcceleratorAnswer(string Model, string Vendor, ChipOrigin Origin, decimal Fp16Tflops, int MemoryGiB, int Watts)
{
    public static AcceleratorAnswer Of(Accelerator accelerator) => new(
        accelerator.Model, accelerator.Vendor, accelerator.Origin, accelerator.Fp16Tflops, accelerator.MemoryGiB, accelerator.Watts);
}

/// <summary>What models can be sorted by.</summary>
public enum AcceleratorColumn
{
    Model,
    Vendor,
    Fp16Tflops,
    MemoryGiB,
    Watts,
}

/// <summary>The catalogue, by model where it isn't said otherwise.</summary>
public sealed record ListAccelerators(PageRequest Page, Sort<AcceleratorColumn>? Sort = null) : IQuery<Page<AcceleratorAnswer>>, IPagedByText;

public sealed class ListAcceleratorsHandler(IMarketplaceDb db) : IRequestHandler<ListAccelerators, Page<AcceleratorAnswer>>
{
    /// <summary>Teraflops as binary fractions, since SQLite keeps decimals as text and sorts none.</summary>
    private static readonly SortColumns<Accelerator, AcceleratorColumn> Columns = new()
    {
        AcceleratorColumn.Model,
        { AcceleratorColumn.Vendor, model => model.Vendor },
        { AcceleratorColumn.Fp16Tflops, model => (double)model.Fp16Tflops },
        { AcceleratorColumn.MemoryGiB, model => model.MemoryGiB },
        { AcceleratorColumn.Watts, model => model.Watts },
    };

    public async Task<Page<AcceleratorAnswer>> Handle(ListAccelerators request, CancellationToken cancellationToken) =>
        (await db.Accelerators.AsNoTracking().SortedByTextAsync(db.Accelerators, model => model.Model, request.Page, request.Sort, Columns, cancellationToken))
        .Select(AcceleratorAnswer.Of);
}

/// <summary>Adds a model to the catalogue, or corrects its figures.</summary>
public sealed record PutAccelerator(string? Vendor, ChipOrigin? Origin, decimal? Fp16Tflops, int? MemoryGiB, int? Watts) : ICommand<AcceleratorAnswer>
{
    [JsonIgnore]
    public string Model { get; init; } = "";
}

public sealed class PutAcceleratorValidator : AbstractValidator<PutAccelerator>
{
    public PutAcceleratorValidator()
    {
        RuleFor(request => request.Model).Text(50);
        RuleFor(request => request.Vendor).Text(100);
        RuleFor(request => request.Origin).Required();
        RuleFor(request => request.Fp16Tflops).Required().Between(0.1m, 100_000m);
        RuleFor(request => request.MemoryGiB).Required().Between(1, 10_000);
        RuleFor(request => request.Watts).Required().Between(1, 100_000);
    }
}

public sealed class PutAcceleratorHandler(IMarketplaceDb db, AuditLog audit) : IRequestHandler<PutAccelerator, AcceleratorAnswer>
{
    public async Task<AcceleratorAnswer> Handle(PutAccelerator request, CancellationToken cancellationToken)
    {
        var accelerator = await db.Accelerators.SingleOrDefaultAsync(a => a.Model == request.Model, cancellationToken);
        var before = accelerator is null ? null : AcceleratorAnswer.Of(accelerator);
        var after = new AcceleratorAnswer(
            request.Model, request.Vendor!, request.Origin!.Value, request.Fp16Tflops!.Value, request.MemoryGiB!.Value, request.Watts!.Value);
        if (accelerator is null)
        {
            db.Accelerators.Add(AcceleratorCatalogue.Make(after));
        }
        else
        {
            (accelerator.Vendor, accelerator.Origin, accelerator.Fp16Tflops) = (after.Vendor, after.Origin, after.Fp16Tflops);
            (accelerator.MemoryGiB, accelerator.Watts) = (after.MemoryGiB, after.Watts);
        }

        audit.Record("accelerator.put", ("accelerator", request.Model), null, new { before, after });
        return after;
    }
}

/// <summary>The models that come with the product, from their makers' data sheets.</summary>
public static class AcceleratorCatalogue
{
    public static IReadOnlyList<AcceleratorAnswer> Shipped { get; } = Load();

    public static Accelerator Make(AcceleratorAnswer entry) => new()
    {
        Model = entry.Model,
        Vendor = entry.Vendor,
        Origin = entry.Origin,
        Fp16Tflops = entry.Fp16Tflops,
        MemoryGiB = entry.MemoryGiB,
        Watts = entry.Watts,
    };

    private static IReadOnlyList<AcceleratorAnswer> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("accelerators.json")!;
        return JsonSerializer.Deserialize<List<AcceleratorAnswer>>(stream, MarketJson.Options)!;
    }
}
