// The four types of Microsoft.SqlServer.Server that SqlClient refers to, with the members that it calls. They are
// about CLR user-defined types, which the Marketplace has none of: SqlClient only needs them to be there.

namespace Microsoft.SqlServer.Server;

/// <summary>How a user-defined type is serialized; the values are those of the real assembly.</summary>
public enum Format
{
    Unknown = 0,
    Native = 1,
    UserDefined = 2,
}

/// <summary>A user-defined type that writes and reads itself.</summary>
public interface IBinarySerialize
{
    void Read(BinaryReader r);

    void Write(BinaryWriter w);
}

/// <summary>Marks a user-defined type and says how it is serialized.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = false, Inherited = true)]
public sealed class SqlUserDefinedTypeAttribute(Format format) : Attribute
{
    public Format Format { get; } = format;

    /// <summary>In bytes; -1 for no limit.</summary>
    public int MaxByteSize { get; set; }

    public bool IsFixedLength { get; set; }

    public bool IsByteOrdered { get; set; }

    public string? ValidationMethodName { get; set; }

    public string? Name { get; set; }
}

/// <summary>A type that is not a valid user-defined type.</summary>
public sealed class InvalidUdtException : SystemException
{
    private InvalidUdtException(string message)
        : base(message)
    {
    }

    public static InvalidUdtException Create(Type udtType, string resourceReason)
    {
        ArgumentNullException.ThrowIfNull(udtType);
        return new InvalidUdtException($"'{udtType.FullName}' is not a valid user-defined type: {resourceReason}");
    }
}
