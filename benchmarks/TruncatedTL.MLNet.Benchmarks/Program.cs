using System.CommandLine;
using TruncatedTL.MLNet.Benchmarks;
using TruncatedTL.MLNet.Benchmarks.Fuzzing;
using TruncatedTL.MLNet.Benchmarks.Mutation;
using TruncatedTL.MLNet.Benchmarks.Reliability;

GuidedCommand.Prepare(args);
var root = new RootCommand("Measurements of TruncatedTL.MLNet; each command writes its table to benchmarks/results.")
{
    BundleCommand.Command(),
    MemoryBenchmark.Command(),
    FrozenFeaturesBenchmark.Command(),
    FuzzCommand.Command(),
    FuzzWorker.Command(),
    GuidedCommand.Command(),
    MutateCommand.Command(),
    ReliabilityCommand.Command(),
    WorkerCommand.Command(),
    ReadBenchmark.Command(),
    GradCamBenchmark.Command(),
    GradCamFigure.Command(),
    RecipeBenchmark.Command(),
    StepBenchmark.Command(),
    StepSpeedBenchmark.Command(),
    NumberFormatBenchmark.Command(),
    StageZeroBenchmark.Command(),
    TransferBenchmark.Command(),
    VolumeBenchmark.Command(),
    AugmentBenchmark.Command(),
    CoverageBenchmark.Command(),
    PatientCoverageBenchmark.Command(),
    ColdStartBenchmark.Command(),
    EpochBenchmark.Command(),
    HalfPrecisionBenchmark.Command(),
    EightBitBenchmark.Command(),
    IntegerConvolutionBenchmark.Command(),
    ScaleBenchmark.Command(),
    SpillBenchmark.Command(),
    TruncationBenchmark.Command(),
    EvaluationBenchmark.Command(),
    ScoreBenchmark.Command(),
    CalibrationBenchmark.Command(),
    OutOfDistributionBenchmark.Command(),
    ReplaySearchBenchmark.Command(),
    SearchBenchmark.Command(),
    ReportSampleCommand.Command(),
};
return root.Parse(args).Invoke();
