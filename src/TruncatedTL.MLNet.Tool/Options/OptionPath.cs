namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>Paths in options.</summary>
internal static class OptionPath
{
    /// <summary>The full path of a file or folder that exists; anything else, such as the name of the built-in task, as it is.</summary>
    public static string Full(string path) => Path.Exists(path) ? Path.GetFullPath(path) : path;
}
