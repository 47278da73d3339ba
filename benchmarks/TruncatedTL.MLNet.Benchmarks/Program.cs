using System.CommandLine;
using TruncatedTL.MLNet.Benchmarks;
using TruncatedTL.MLNet.Benchmarks.Fuzzing;

var root = new RootCommand("Measurements of TruncatedTL.MLNet; each command writes its table to benchmarks/results.")
{
    FuzzCommand.Command(),
    FuzzWorker.Command(),
    RecipeBenchmark.Command(),
    StepBenchmark.Command(),
};
return root.Parse(args).Invoke();
