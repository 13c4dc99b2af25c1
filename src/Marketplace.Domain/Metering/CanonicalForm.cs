using System.Buffers.Binary;
using System.Text;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// Values written in one way only, for hashing: numbers big-endian in fixed widths, texts in UTF-8 with their length before
/// them, and what is absent marked as such.
/// </summary>
/// <param name="buffer">Where to; large enough for all that is written.</param>
internal ref struct CanonicalForm(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    public void Write(byte value) => _buffer[_length++] = value;

    public void Write(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_buffer[_length..], value);
        _length += sizeof(long);
    }

    public void Write(long? value)
    {
        Write((byte)(value is null ? 0 : 1));
        if (value is { } present)
        {
            Write(present);
        }
    }

    public void Write(DateTimeOffset instant) => Write(instant.ToUnixTimeSeconds());

    public void Write<T>(Id<T> id)
    {
        id.Value.TryWriteBytes(_buffer[_length..], bigEndian: true, out var written);
        _length += written;
    }

    public void Write(string? text)
    {
        if (text is null)
        {
            Write(-1L);
            return;
        }

        var written = Encoding.UTF8.GetBytes(text, _buffer[(_length + sizeof(long))..]);
        Write((long)written);
        _length += written;
    }
}
