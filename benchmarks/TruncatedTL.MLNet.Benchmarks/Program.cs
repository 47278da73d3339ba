using System.CommandLine;
using TruncatedTL.MLNet.Benchmarks;

var root = new RootCommand("Measurements of TruncatedTL.MLNet; each command writes its table to benchmarks/results.")
{
    BundleCommand.Command(),
    ReadBenchmark.Command(),
    RecipeBenchmark.Command(),
    StepBenchmark.Command(),
};
return root.Parse(args).Invoke();
