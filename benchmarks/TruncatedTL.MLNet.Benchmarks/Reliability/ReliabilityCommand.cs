using System.CommandLine;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>Proofs that take longer than tests may; each command writes its own section of one page.</summary>
internal static class ReliabilityCommand
{
    public static Command Command() => new("reliability", "kills, faults, threads and long runs; each writes its section of benchmarks/results/reliability.md")
    {
        KillsCommand.Command(),
        FaultsCommand.Command(),
        ThreadsCommand.Command(),
        SoakCommand.Command(),
    };

    /// <summary>The option that all have.</summary>
    public static Option<string> Output() =>
        new("--output") { Description = "the page; other sections of it stay", DefaultValueFactory = _ => "benchmarks/results/reliability.md" };
}
