namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>A copy of the repository with all changes in it at once, each of them asleep until a variable wakes it: so that it has to be built only once.</summary>
/// <param name="repository">The repository.</param>
/// <param name="copy">Where the copy goes.</param>
internal sealed class MutantWriter(string repository, string copy)
{
    /// <summary>The environment variable with the number of the change that is awake.</summary>
    public const string Variable = "MUTANT";

    public const string Library = "src/TruncatedTL.MLNet";

    /// <summary>The source of what wakes a change.</summary>
    public const string Switch = $$"""
        namespace TruncatedTL.MLNet;

        internal static class MutationSwitch
        {
            public static readonly int Awake = int.TryParse(System.Environment.GetEnvironmentVariable("{{Variable}}"), out var number) ? number : 0;
        }
        """;

    // Reference material that some tests want lies beside the repository.
    private const string Beside = "shared";

    private static readonly string[] Parts = ["src", "tests", "build", "docs", "assets"];
    private static readonly string[] Left = ["bin", "obj"];

    /// <summary>A file's text with changes in it, all asleep.</summary>
    public static string Switched(string text, IEnumerable<Mutant> mutants)
    {
        foreach (var mutant in mutants.OrderByDescending(mutant => mutant.Start))
        {
            text = $"{text[..mutant.Start]}(global::TruncatedTL.MLNet.MutationSwitch.Awake == {mutant.Number} ? ({mutant.Changed}) : ({mutant.Original})){text[(mutant.Start + mutant.Length)..]}";
        }

        return text;
    }

    /// <summary>Copies what a build of the tests needs.</summary>
    public void Copy()
    {
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(repository).Where(file => Path.GetFileName(file) != ".git"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        }

        foreach (var part in Parts)
        {
            CopyFolder(Path.Combine(repository, part), Path.Combine(copy, part));
        }

        var beside = Path.GetFullPath(Path.Combine(repository, "..", Beside));
        if (Directory.Exists(beside))
        {
            Directory.CreateSymbolicLink(Path.GetFullPath(Path.Combine(copy, "..", Beside)), beside);
        }
    }

    /// <summary>Writes the changes into the copy.</summary>
    public void Write(IReadOnlyList<Mutant> mutants)
    {
        foreach (var file in mutants.GroupBy(mutant => mutant.File))
        {
            File.WriteAllText(Path.Combine(copy, Library, file.Key), Switched(File.ReadAllText(Path.Combine(repository, Library, file.Key)).ReplaceLineEndings("\n"), file));
        }

        File.WriteAllText(Path.Combine(copy, Library, "MutationSwitch.cs"), Switch);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        foreach (var folder in Directory.GetDirectories(from).Where(folder => !Left.Contains(Path.GetFileName(folder))))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
