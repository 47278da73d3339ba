using System.Text;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>A page whose sections are written by different commands: each replaces its own and leaves the others.</summary>
internal static class ResultPage
{
    private const string Mark = "## ";

    /// <summary>Writes a section.</summary>
    /// <param name="path">The page; made where it is missing.</param>
    /// <param name="title">First heading of a new page.</param>
    /// <param name="section">Heading of the section.</param>
    /// <param name="body">What stands below it.</param>
    public static void Write(string path, string title, string section, string body)
    {
        var sections = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var head = $"# {title}\n";
        if (File.Exists(path))
        {
            var parts = ("\n" + File.ReadAllText(path).ReplaceLineEndings("\n")).Split("\n" + Mark);
            head = parts[0].Trim() + "\n";
            foreach (var part in parts.Skip(1))
            {
                var end = part.IndexOf('\n', StringComparison.Ordinal);
                sections[part[..end].Trim()] = part[end..].Trim();
            }
        }

        sections[section] = body.ReplaceLineEndings("\n").Trim();
        var page = new StringBuilder(head);
        foreach (var (name, text) in sections)
        {
            page.Append('\n').Append(Mark).Append(name).Append("\n\n").Append(text).Append('\n');
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, page.ToString());
    }
}
