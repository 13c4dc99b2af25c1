using System.Globalization;
using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Metering;

/// <summary>
/// Reads one CloudEvent (1.0, JSON) of type <c>marketplace.usage</c>. Attributes that extensions of CloudEvents add are
/// passed over; unknown fields of the data are refused, so that a misspelt one isn't silently lost.
/// </summary>
internal sealed class UsageItemReader(JsonElement item)
{
    private const string Type = "marketplace.usage";
    private const int MaxExtensionName = 50;

    private readonly HashSet<string> _seen = [];
    private string? _wrong;
    private string? _source;
    private string? _id;
    private string? _version;
    private string? _type;
    private string? _subject;
    private bool _hasData;
    private DateTimeOffset? _from;
    private DateTimeOffset? _to;
    private UsageEvent _data = new("", "", default, default, default);

    public UsageItem Read(int index)
    {
        try
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                ReadEnvelope();
                CheckComplete();
            }
            else
            {
                Wrong("the item", "must be an object");
            }
        }
        catch (InvalidOperationException)
        {
            // What the reader throws on bytes or escapes that are no Unicode text.
            _wrong ??= "The item holds text that isn't Unicode.";
        }

        var sent = _wrong is null
            ? _data with { Source = _source!, EventId = _id!, LegId = Id<Leg>.Parse(_subject), From = _from!.Value, To = _to!.Value }
            : null;
        return new(index, _source, _id, sent, _wrong is null ? null : MeteringErrors.Schema(_wrong));
    }

    private void ReadEnvelope()
    {
        foreach (var attribute in item.EnumerateObject())
        {
            var (name, value) = (attribute.Name, attribute.Value);
            CheckOnce(name);
            switch (name)
            {
                case "specversion":
                    _version = Text(name, value, UsageEvent.MaxText);
                    break;
                case "type":
                    _type = Text(name, value, UsageEvent.MaxText);
                    break;
                case "source":
                    _source = Text(name, value, UsageEvent.MaxText);
                    break;
                case "id":
                    _id = Text(name, value, UsageEvent.MaxText);
                    break;
                case "subject":
                    _subject = Text(name, value, UsageEvent.MaxText);
                    break;
                case "time":
                    Instant(name, value);
                    break;
                case "datacontenttype":
                    CheckContentType(Text(name, value, UsageEvent.MaxText));
                    break;
                case "data" when value.ValueKind == JsonValueKind.Object:
                    _hasData = true;
                    ReadData(value);
                    break;
                case "data":
                    Wrong(name, "must be an object");
                    break;
                default:
                    CheckExtension(name);
                    break;
            }
        }
    }

    private void ReadData(JsonElement data)
    {
        foreach (var field in data.EnumerateObject())
        {
            var (name, value) = ("data." + field.Name, field.Value);
            CheckOnce(name);
            if (value.ValueKind == JsonValueKind.Null)
            {
                // As good as left out, where the field is known.
                _ = ReadField(field.Name, name, default) || Wrong(name, "is not a field of usage");
            }
            else if (!ReadField(field.Name, name, value))
            {
                Wrong(name, "is not a field of usage");
            }
        }
    }

    /// <summary>False where there is no such field. A value that is undefined stands for none.</summary>
    private bool ReadField(string field, string name, JsonElement value)
    {
        var absent = value.ValueKind == JsonValueKind.Undefined;
        switch (field)
        {
            case "from":
                _from = absent ? null : WholeSecond(name, value);
                return true;
            case "to":
                _to = absent ? null : WholeSecond(name, value);
                return true;
            case "cards":
                _data = _data with { Cards = absent ? null : (int?)Number(name, value, 0, Node.MaxCards) };
                return true;
            case "milli":
                _data = _data with { Milli = absent ? null : (int?)Number(name, value, 1, Listing.WholeCard) };
                return true;
            case "busySeconds":
                _data = _data with { BusySeconds = absent ? null : Number(name, value, 0, UsageEvent.MaxAmount) };
                return true;
            case "inputTokens":
                _data = _data with { InputTokens = absent ? null : Number(name, value, 0, UsageEvent.MaxAmount) };
                return true;
            case "outputTokens":
                _data = _data with { OutputTokens = absent ? null : Number(name, value, 0, UsageEvent.MaxAmount) };
                return true;
            case "energyWh":
                _data = _data with { EnergyMilliWh = absent ? null : Thousandths(name, value) };
                return true;
            case "status":
                _data = _data with { Status = absent ? ReadingStatus.Up : Status(name, value) };
                return true;
            case "replaces":
                _data = _data with { Replaces = absent ? null : Text(name, value, UsageEvent.MaxText) };
                return true;
            case "card":
                _data = _data with { Card = absent ? null : CardName(name, value) };
                return true;
            default:
                return false;
        }
    }

    private void CheckComplete()
    {
        _ = (_version == "1.0" || Wrong("specversion", "must be 1.0"))
            && (_type == Type || Wrong("type", "must be " + Type))
            && (_source is not null || Wrong("source", "is required"))
            && (_id is not null || Wrong("id", "is required"))
            && (_subject is not null || Wrong("subject", "is required: the leg's id"))
            && (_hasData || Wrong("data", "is required"))
            && (_from is not null || Wrong("data.from", "is required"))
            && (_to is not null || Wrong("data.to", "is required"))
            && (_from < _to || Wrong("data.to", "must be after from"))
            && (_to - _from <= UsageEvent.MaxSpan || Wrong("data.to", $"must be at most {UsageEvent.MaxSpan.Days} days after from"))
            && (_data.Replaces is null || _data.Replaces != _id || Wrong("data.replaces", "must name another event"));
    }

    private void CheckOnce(string name)
    {
        if (!_seen.Add(name))
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
    private string? Text(string name, JsonElement value, int maxLength)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (text is { Length: > 0 } && text.Length <= maxLength && !text.Any(char.IsControl) && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]))
        {
            return text;
        }

        Wrong(name, $"must be a text of 1 to {maxLength} characters, without control characters and without blanks at its ends");
        return null;
    }

    private string? CardName(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && Number(name, value, 0, int.MaxValue) is { } number
            ? number.ToString(CultureInfo.InvariantCulture)
            : Text(name, value, UsageEvent.MaxCardText);

    private long? Number(string name, JsonElement value, long least, long most)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Wrong(name, $"must be a whole number, {least} to {most}");
        return null;
    }

    private long? Thousandths(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number is >= 0 and <= UsageEvent.MaxAmount
            && decimal.Truncate(number * 1000) == number * 1000)
        {
            return (long)(number * 1000);
        }

        Wrong(name, $"must be a number with up to three decimals, 0 to {UsageEvent.MaxAmount}");
        return null;
    }

    private ReadingStatus Status(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is "up" or "down")
        {
            return value.ValueEquals("down") ? ReadingStatus.Down : ReadingStatus.Up;
        }

        Wrong(name, "must be up or down");
        return ReadingStatus.Up;
    }

    private DateTimeOffset? Instant(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && MarketJson.TryParseInstant(value.GetString(), out var instant))
        {
            return instant;
        }

        Wrong(name, "must be an ISO 8601 instant with offset");
        return null;
    }

    private DateTimeOffset? WholeSecond(string name, JsonElement value)
    {
        var instant = Instant(name, value);
        if (instant is { } at && at.UtcTicks % TimeSpan.TicksPerSecond != 0)
        {
            Wrong(name, "must be a whole second");
            return null;
        }

        return instant;
    }
}
