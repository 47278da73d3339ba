using System.Text.RegularExpressions;
using Xunit;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>Links between documents lead somewhere.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> AllDocuments { get; } = [.. Documents.All];

    [Theory]
    [MemberData(nameof(AllDocuments))]
    public void Every_link_of_a_document_leads_to_a_file_and_a_heading(string file)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Documents.Root, file))!;
        foreach (var target in Link().Matches(Documents.Read(file)).Select(match => match.Groups[1].Value).Where(target => !target.StartsWith("http", StringComparison.Ordinal)))
        {
            var (path, anchor) = target.Split('#') is [var name, var heading] ? (name, heading) : (target, null);
            var full = path.Length == 0 ? Path.Combine(Documents.Root, file) : Path.GetFullPath(Path.Combine(folder, path));
            Assert.True(File.Exists(full) || Directory.Exists(full), $"{file} links to {target}, which is not there.");
            if (anchor is not null && full.EndsWith(".md", StringComparison.Ordinal))
            {
                Assert.True(Heading().Matches(File.ReadAllText(full)).Any(match => Anchor(match.Groups[1].Value) == anchor), $"{file} links to {target}; there is no such heading.");
            }
        }
    }

    [Fact]
    public void The_index_names_every_document()
    {
        var index = Documents.Read("docs/README.md");

        Assert.All(
            Directory.GetFiles(Path.Combine(Documents.Root, "docs"), "*.md").Select(path => Path.GetFileName(path)).Where(name => name != "README.md"),
            name => Assert.Contains($"]({name})", index));
    }

    private static string Anchor(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Where(character => char.IsLetterOrDigit(character) || character is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex("(?<!`)\\]\\(([^)\\s]+)\\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
