namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>A copy of the repository with all changes in it at once, each of them asleep until a variable wakes it: so that it has to be built only once.</summary>
/// <param name="repository">The repository.</param>
/// <param name="copy">Where the copy goes.</param>
internal sealed class MutantWriter(string repository, string copy)
{
    /// <summary>The environment variable with the number of the change that is awake.</summary>
    public const string Variable = "MUTANT";

    public const string Library = "src/TruncatedTL.MLNet";

    private static readonly string[] Left = ["bin", "obj", ".git"];

    /// <summary>Copies what a build of the tests needs.</summary>
    public void Copy()
    {
        foreach (var file in Directory.GetFiles(repository))
        {
            File.Copy(file, Path.Combine(Directory.CreateDirectory(copy).FullName, Path.GetFileName(file)), overwrite: true);
        }

        foreach (var part in new[] { "src", "tests", "build", "docs", "benchmarks", "examples" })
        {
            CopyFolder(Path.Combine(repository, part), Path.Combine(copy, part));
        }
    }

    /// <summary>Writes the changes into the copy.</summary>
    public void Write(IReadOnlyList<Mutant> mutants)
    {
        foreach (var file in mutants.GroupBy(mutant => mutant.File))
        {
            var text = File.ReadAllText(Path.Combine(repository, Library, file.Key));
            foreach (var mutant in file.OrderByDescending(mutant => mutant.Start))
            {
                text = $"{text[..mutant.Start]}(global::TruncatedTL.MLNet.MutationSwitch.Awake == {mutant.Number} ? ({mutant.Changed}) : ({mutant.Original})){text[(mutant.Start + mutant.Length)..]}";
            }

            File.WriteAllText(Path.Combine(copy, Library, file.Key), text);
        }

        File.WriteAllText(Path.Combine(copy, Library, "MutationSwitch.cs"), $$"""
            namespace TruncatedTL.MLNet;

            internal static class MutationSwitch
            {
                public static readonly int Awake = int.TryParse(System.Environment.GetEnvironmentVariable("{{Variable}}"), out var number) ? number : 0;
            }
            """);
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
