using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Metering;

/// <summary>
/// Reads CloudEvents (1.0, JSON) of type <c>marketplace.usage</c> one after the other, straight from the bytes. Attributes
/// that extensions of CloudEvents add are passed over; unknown fields of the data are refused, so that a misspelt one isn't
/// silently lost.
/// </summary>
internal sealed class UsageItemReader
{
    private const string Type = "marketplace.usage";
    private const int MaxExtensionName = 50;

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    private static readonly (string Name, byte[] Bytes)[] Attributes = Names("", "specversion", "id", "source", "type", "subject", "time", "data", "datacontenttype");

    private static readonly (string Name, byte[] Bytes)[] Fields = Names(
        "data.", "from", "to", "cards", "card", "milli", "busySeconds", "inputTokens", "outputTokens", "energyWh", "status", "replaces");

    /// <summary>Which known names the item has so far: a bit each, in the order of the two tables. Others stand in <see cref="_seenOthers"/>.</summary>
    private int _seen;

    private readonly HashSet<string> _seenOthers = new(StringComparer.Ordinal);
    private UsageItemFields _item;
    private string? _wrong;

    /// <summary>The last source and subject: in one batch most are the same, and one copy of each will do.</summary>
    private string _source = "";

    private string _subject = "";

    /// <summary>Reads the item that the reader stands at the start of, and leaves the reader at its end.</summary>
    /// <exception cref="JsonException">The body is no JSON from here on.</exception>
    public UsageItem Read(ref Utf8JsonReader json, int index)
    {
        (_item, _wrong, _seen) = (default, null, 0);
        _seenOthers.Clear();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            Wrong("the item", "must be an object");
            return new(index, null, null, null, MeteringErrors.Schema(_wrong!));
        }

        var depth = json.CurrentDepth;
        try
        {
            ReadEnvelope(ref json);
            CheckComplete();
        }
        catch (InvalidOperationException)
        {
            // What the reader throws on bytes or escapes that are no Unicode text.
            _wrong ??= "The item holds text that isn't Unicode.";
            while (json.CurrentDepth > depth || json.TokenType != JsonTokenType.EndObject)
            {
                json.Read();
            }
        }

        return _wrong is null ? new(index, _item.Source, _item.Id, _item.ToEvent(), null) : new(index, _item.Source, _item.Id, null, MeteringErrors.Schema(_wrong));
    }

    private void ReadEnvelope(ref Utf8JsonReader json)
    {
        for (var next = 0; json.Read() && json.TokenType == JsonTokenType.PropertyName;)
        {
            var name = Name(ref json, Attributes, ref next) ?? Other(json.GetString()!);
            json.Read();
            switch (name)
            {
                case "specversion":
                    _item.Version = Text(name, ref json, UsageEvent.MaxText);
                    break;
                case "type":
                    _item.Type = json.TokenType == JsonTokenType.String && json.ValueTextEquals(Type) ? Type : Text(name, ref json, UsageEvent.MaxText);
                    break;
                case "source":
                    _item.Source = Repeated(name, ref json, ref _source);
                    break;
                case "id":
                    _item.Id = Text(name, ref json, UsageEvent.MaxText);
                    break;
                case "subject":
                    _item.Subject = Repeated(name, ref json, ref _subject);
                    break;
                case "time":
                    Instant(name, ref json);
                    break;
                case "datacontenttype":
                    CheckContentType(Text(name, ref json, UsageEvent.MaxText));
                    break;
                case "data" when json.TokenType == JsonTokenType.StartObject:
                    _item.HasData = true;
                    ReadData(ref json);
                    break;
                case "data":
                    Wrong(name, "must be an object");
                    break;
                default:
                    CheckExtension(name);
                    break;
            }

            json.Skip();
        }
    }

    private void ReadData(ref Utf8JsonReader json)
    {
        for (var next = 0; json.Read() && json.TokenType == JsonTokenType.PropertyName;)
        {
            var name = Name(ref json, Fields, ref next) ?? Other("data." + json.GetString());
            json.Read();
            if (!ReadField(name, ref json, absent: json.TokenType == JsonTokenType.Null))
            {
                Wrong(name, "is not a field of usage");
            }

            json.Skip();
        }
    }

    /// <summary>False where there is no such field. Null is as good as left out.</summary>
    private bool ReadField(string name, ref Utf8JsonReader json, bool absent)
    {
        switch (name)
        {
            case "data.from":
                _item.From = absent ? null : WholeSecond(name, ref json);
                return true;
            case "data.to":
                _item.To = absent ? null : WholeSecond(name, ref json);
                return true;
            case "data.cards":
                _item.Cards = absent ? null : (int?)Number(name, ref json, 0, Node.MaxCards);
                return true;
            case "data.milli":
                _item.Milli = absent ? null : (int?)Number(name, ref json, 1, Listing.WholeCard);
                return true;
            case "data.busySeconds":
                _item.BusySeconds = absent ? null : Number(name, ref json, 0, UsageEvent.MaxAmount);
                return true;
            case "data.inputTokens":
                _item.InputTokens = absent ? null : Number(name, ref json, 0, UsageEvent.MaxAmount);
                return true;
            case "data.outputTokens":
                _item.OutputTokens = absent ? null : Number(name, ref json, 0, UsageEvent.MaxAmount);
                return true;
            case "data.energyWh":
                _item.EnergyMilliWh = absent ? null : Thousandths(name, ref json);
                return true;
            case "data.status":
                _item.Status = absent ? ReadingStatus.Up : Status(name, ref json);
                return true;
            case "data.replaces":
                _item.Replaces = absent ? null : Text(name, ref json, UsageEvent.MaxText);
                return true;
            case "data.card":
                _item.Card = absent ? null : CardName(name, ref json);
                return true;
            default:
                return false;
        }
    }

    private void CheckComplete()
    {
        var (from, to) = (_item.From, _item.To);
        _ = (_item.Version == "1.0" || Wrong("specversion", "must be 1.0"))
            && (_item.Type == Type || Wrong("type", "must be " + Type))
            && (_item.Source is not null || Wrong("source", "is required"))
            && (_item.Id is not null || Wrong("id", "is required"))
            && (_item.Subject is not null || Wrong("subject", "is required: the leg's id"))
            && (_item.HasData || Wrong("data", "is required"))
            && (from is not null || Wrong("data.from", "is required"))
            && (to is not null || Wrong("data.to", "is required"))
            && (from < to || Wrong("data.to", "must be after from"))
            && (to - from <= UsageEvent.MaxSpan || Wrong("data.to", $"must be at most {UsageEvent.MaxSpan.Days} days after from"))
            && (_item.Replaces is null || _item.Replaces != _item.Id || Wrong("data.replaces", "must name another event"));
    }

    /// <summary>
    /// The name that the reader stands at, if it is a known one: those cost no text. Senders write their events alike, so that the
    /// name behind the last one is the likeliest.
    /// </summary>
    private string? Name(ref Utf8JsonReader json, (string Name, byte[] Bytes)[] known, ref int next)
    {
        for (var tried = 0; tried < known.Length; tried++)
        {
            var at = (next + tried) % known.Length;
            if (json.ValueTextEquals(known[at].Bytes))
            {
                var bit = 1 << (known == Fields ? Attributes.Length + at : at);
                CheckOnce(known[at].Name, (_seen & bit) == 0);
                (_seen, next) = (_seen | bit, at + 1);
                return known[at].Name;
            }
        }

        return null;
    }

    private string Other(string name)
    {
        CheckOnce(name, _seenOthers.Add(name));
        return name;
    }

    private static (string Name, byte[] Bytes)[] Names(string within, params ReadOnlySpan<string> names)
    {
        var known = new (string, byte[])[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            known[i] = (within + names[i], Encoding.UTF8.GetBytes(names[i]));
        }

        return known;
    }

    private void CheckOnce(string name, bool first)
    {
        if (!first)
        {
            Wrong(Shown(name), "stands twice");
        }
    }

    private void CheckContentType(string? type)
    {
        if (type is not null && type != "application/json")
        {
            Wrong("datacontenttype", "must be application/json");
        }
    }

    /// <summary>Names of attributes are of lower-case letters and digits; another name is a known one misspelt.</summary>
    private void CheckExtension(string name)
    {
        if (name.Length is 0 or > MaxExtensionName || !name.All(char.IsAsciiLetterOrDigit) || name.Any(char.IsAsciiLetterUpper))
        {
            Wrong(Shown(name), "is not an attribute of usage events");
        }
    }

    /// <summary>Notes what is wrong, the first thing only; always false.</summary>
    private bool Wrong(string name, string how)
    {
        _wrong ??= $"{Shown(name)} {how}.";
        return false;
    }

    private static string Shown(string name) => name.Length <= MaxExtensionName ? name : name[..MaxExtensionName] + "…";

    /// <summary>Text that every database keeps and compares alike: no control characters, no blanks at its ends.</summary>
    private string? Text(string name, ref Utf8JsonReader json, int maxLength)
    {
        var text = json.TokenType == JsonTokenType.String ? json.GetString() : null;
        if (text is { Length: > 0 } && text.Length <= maxLength && !text.AsSpan().ContainsAny(Controls) && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]))
        {
            return text;
        }

        Wrong(name, $"must be a text of 1 to {maxLength} characters, without control characters and without blanks at its ends");
        return null;
    }

    private string? Repeated(string name, ref Utf8JsonReader json, ref string last)
    {
        if (last.Length > 0 && json.TokenType == JsonTokenType.String && json.ValueTextEquals(last))
        {
            return last;
        }

        var text = Text(name, ref json, UsageEvent.MaxText);
        last = text ?? "";
        return text;
    }

    private string? CardName(string name, ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && Number(name, ref json, 0, int.MaxValue) is { } number
            ? number.ToString(CultureInfo.InvariantCulture)
            : Text(name, ref json, UsageEvent.MaxCardText);

    private long? Number(string name, ref Utf8JsonReader json, long least, long most)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Wrong(name, $"must be a whole number, {least} to {most}");
        return null;
    }

    private long? Thousandths(string name, ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetDecimal(out var number) && number is >= 0 and <= UsageEvent.MaxAmount
            && decimal.Truncate(number * 1000) == number * 1000)
        {
            return (long)(number * 1000);
        }

        Wrong(name, $"must be a number with up to three decimals, 0 to {UsageEvent.MaxAmount}");
        return null;
    }

    private ReadingStatus Status(string name, ref Utf8JsonReader json)
    {
        var text = json.TokenType == JsonTokenType.String;
        if (text && json.ValueTextEquals("down"u8))
        {
            return ReadingStatus.Down;
        }

        _ = (text && json.ValueTextEquals("up"u8)) || Wrong(name, "must be up or down");
        return ReadingStatus.Up;
    }

    private DateTimeOffset? Instant(string name, ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.String && MarketJson.TryReadInstant(ref json, out var instant))
        {
            return instant;
        }

        Wrong(name, "must be an ISO 8601 instant with offset");
        return null;
    }

    private DateTimeOffset? WholeSecond(string name, ref Utf8JsonReader json)
    {
        var instant = Instant(name, ref json);
        if (instant is { } at && at.UtcTicks % TimeSpan.TicksPerSecond != 0)
        {
            Wrong(name, "must be a whole second");
            return null;
        }

        return instant;
    }
}

/// <summary>What was read of one item so far.</summary>
internal record struct UsageItemFields
{
    public string? Version;
    public string? Type;
    public string? Source;
    public string? Id;
    public string? Subject;
    public bool HasData;
    public DateTimeOffset? From;
    public DateTimeOffset? To;
    public int? Cards;
    public int? Milli;
    public string? Card;
    public long? BusySeconds;
    public long? InputTokens;
    public long? OutputTokens;
    public long? EnergyMilliWh;
    public ReadingStatus Status;
    public string? Replaces;

    /// <summary>Once nothing is missing.</summary>
    public readonly UsageEvent ToEvent() => new(Source!, Id!, Id<Leg>.Parse(Subject), From!.Value, To!.Value)
    {
        Cards = Cards,
        Milli = Milli,
        Card = Card,
        BusySeconds = BusySeconds,
        InputTokens = InputTokens,
        OutputTokens = OutputTokens,
        EnergyMilliWh = EnergyMilliWh,
        Status = Status,
        Replaces = Replaces,
    };
}
