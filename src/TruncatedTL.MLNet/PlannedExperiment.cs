using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet;

/// <summary>A plan, with what is needed beside it to make an ML.NET model.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Inputs">How the image column reaches the networks of each backbone, and how its files were prepared, by the backbone's name in the plan.</param>
internal sealed record PlannedExperiment(ExperimentPlan Plan, IReadOnlyDictionary<string, (ImageInput Input, ImagePreparation? Preparation)> Inputs);
