using System.Reflection;
using Xunit;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>The documents of the repository and their blocks of code.</summary>
internal static class Documents
{
    private const string Fence = "```";

    // <!-- not compiled: reason --> on the line before a block.
    private const string Mark = "<!-- not compiled:";

    // On the line before a block that shows a change of the library itself.
    private const string InsideMark = "<!-- inside the library -->";

    public static string Root { get; } =
        typeof(Documents).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>README, package page and everything under docs, from the root.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md",
        "CONTRIBUTING.md",
        "src/TruncatedTL.MLNet/PACKAGE.md",
        .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md").Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    /// <summary>All C# blocks of a document.</summary>
    public static IReadOnlyList<CodeBlock> Blocks(string file) => Blocks(file, "csharp", "cs", "c#");

    /// <summary>All shell blocks of a document.</summary>
    public static IReadOnlyList<CodeBlock> ShellBlocks(string file) => Blocks(file, "bash", "sh", "shell", "console");

    /// <summary>Every document and place of a block in it, as the data of a test.</summary>
    public static TheoryData<string, int> Places(IEnumerable<string> files, Func<string, IReadOnlyList<CodeBlock>> blocks)
    {
        var places = new TheoryData<string, int>();
        foreach (var file in files)
        {
            for (var index = 0; index < blocks(file).Count; index++)
            {
                places.Add(file, index);
            }
        }

        return places;
    }

    private static List<CodeBlock> Blocks(string file, params IReadOnlyList<string> languages)
    {
        var blocks = new List<CodeBlock>();
        var lines = Read(file).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!languages.Any(language => lines[i].TrimEnd() == $"{Fence}{language}"))
            {
                continue;
            }

            var start = i + 1;
            var end = Array.FindIndex(lines, start, line => line.TrimEnd() == Fence);
            var before = start > 1 ? lines[start - 2].Trim() : string.Empty;
            var reason = before.StartsWith(Mark, StringComparison.Ordinal) ? before[Mark.Length..].Replace("-->", string.Empty).Trim() : null;
            blocks.Add(new CodeBlock(file, start + 1, string.Join('\n', lines[start..end]), reason, before == InsideMark));
            i = end;
        }

        return blocks;
    }
}
