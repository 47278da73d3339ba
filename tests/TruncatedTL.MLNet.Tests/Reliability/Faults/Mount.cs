using System.Diagnostics;

namespace TruncatedTL.MLNet.Tests.Reliability.Faults;

/// <summary>A file system in memory of a given size, or a folder shown once more and read-only. Needs root on Linux.</summary>
internal sealed class Mount : IDisposable
{
    private Mount(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>A small disk.</summary>
    /// <param name="path">A folder, made where it is missing.</param>
    /// <param name="kilobytes">How much it holds.</param>
    /// <exception cref="NotSupportedException">It cannot be mounted here.</exception>
    public static Mount SmallDisk(string path, int kilobytes)
    {
        Directory.CreateDirectory(path);
        Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", path);
        return new Mount(path);
    }

    /// <summary>A folder that cannot be written there, by nobody.</summary>
    /// <inheritdoc cref="SmallDisk" path="/exception"/>
    public static Mount ReadOnly(string folder, string path)
    {
        Directory.CreateDirectory(path);
        Run("mount", "--bind", folder, path);
        var mount = new Mount(path);
        Run("mount", "-o", "remount,bind,ro", path);
        return mount;
    }

    /// <summary>Makes room.</summary>
    public void Grow(int kilobytes) => Run("mount", "-o", $"remount,size={kilobytes}k", Path);

    /// <inheritdoc/>
    public void Dispose() => Run("umount", "-l", Path);

    private static void Run(params string[] command)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new NotSupportedException("mounting is tried on Linux only");
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new NotSupportedException($"{command[0]} is refused: {error.Trim()}");
            }
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new NotSupportedException($"{command[0]} cannot be run: {error.Message}", error);
        }
    }
}
