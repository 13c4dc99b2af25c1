using System.Runtime.InteropServices;

namespace Marketplace.Agent;

/// <summary>Writes that are on the disk when they return, and files that are there whole or not at all.</summary>
internal static partial class Durably
{
    public static void Write(string file, ReadOnlySpan<byte> content)
    {
        var draft = file + ".new";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
        FlushFolder(Path.GetDirectoryName(file)!);
    }

    public static void Append(string file, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(file, FileMode.Append, FileAccess.Write);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>A new name is on the disk once its folder is. The framework opens no folders, so this asks libc; Windows has no such step.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, flags: 0);
        if (handle >= 0)
        {
            _ = Sync(handle);
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
