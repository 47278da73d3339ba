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
        var (head, sections) = Read(path, title);
        sections[section] = body.ReplaceLineEndings("\n").Trim();
        var page = new StringBuilder(head);
        foreach (var (name, text) in sections)
        {
            page.Append('\n').Append(Mark).Append(name).Append("\n\n").Append(text).Append('\n');
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, page.ToString());
    }

    /// <summary>What a section says so far; empty where there is none.</summary>
    public static string Section(string path, string section) => Read(path, string.Empty).Sections.GetValueOrDefault(section, string.Empty);

    private static (string Head, SortedDictionary<string, string> Sections) Read(string path, string title)
    {
        var sections = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
        {
            return ($"# {title}\n", sections);
        }

        var parts = ("\n" + File.ReadAllText(path).ReplaceLineEndings("\n")).Split("\n" + Mark);
        foreach (var part in parts.Skip(1))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            sections[part[..end].Trim()] = part[end..].Trim();
        }

        return (parts[0].Trim() + "\n", sections);
    }
}
