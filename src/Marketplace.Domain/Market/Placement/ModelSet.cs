namespace Marketplace.Domain.Market.Placement;

/// <summary>Accelerator models that will do; empty means any. Equal where the models are, whatever their order.</summary>
public sealed class ModelSet : IEquatable<ModelSet>
{
    /// <summary>Every model will do.</summary>
    public static readonly ModelSet Any = new([]);

    private readonly string[] _models;
    private readonly int _hash;

    public ModelSet(IEnumerable<string> models)
    {
        _models = [.. models.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var hash = default(HashCode);
        foreach (var model in _models)
        {
            hash.Add(model);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>Whether no model is named.</summary>
    public bool IsAny => _models.Length == 0;

    /// <summary>Whether a card of that model will do.</summary>
    public bool Allows(string model) => IsAny || _models.Contains(model);

    public bool Equals(ModelSet? other) => other is not null && _models.AsSpan().SequenceEqual(other._models);

    public override bool Equals(object? obj) => Equals(obj as ModelSet);

    public override int GetHashCode() => _hash;

    public override string ToString() => IsAny ? "any" : string.Join('|', _models);
}
