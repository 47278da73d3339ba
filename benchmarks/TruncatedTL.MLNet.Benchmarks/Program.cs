using System.CommandLine;
using TruncatedTL.MLNet.Benchmarks;

var root = new RootCommand("Measurements of TruncatedTL.MLNet; each command writes its table to benchmarks/results.")
{
    RecipeBenchmark.Command(),
    StepBenchmark.Command(),
    CoverageBenchmark.Command(),
    PatientCoverageBenchmark.Command(),
    EvaluationBenchmark.Command(),
};
return root.Parse(args).Invoke();
