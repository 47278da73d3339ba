using Microsoft.ML;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>Makes ML.NET models of what stands in an experiment's folder.</summary>
/// <param name="context">The user's context.</param>
/// <param name="settings">The settings.</param>
/// <param name="task">Binary or multiclass.</param>
/// <param name="folder">The folder.</param>
/// <param name="planned">The plan.</param>
/// <param name="runner">Trains and restores.</param>
/// <param name="training">The user's training rows; their schema counts, and a few of them for the parity check.</param>
internal sealed class ExperimentModels(
    MLContext context,
    TransferLearningExperimentSettings settings,
    ClassificationTask task,
    ExperimentFolder folder,
    PlannedExperiment planned,
    TrialRunner runner,
    IDataView training)
{
    /// <summary>The model of a candidate.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="final">Whether a candidate of folds is trained on all rows; otherwise the model is that of its first training.</param>
    public TransferLearningTransformer Build(PlannedCandidate candidate, bool final)
    {
        var plan = planned.Plan;
        var ladder = plan.LadderOf(candidate);
        var run = final && plan.Folds > 1
            ? runner.TrainOnAllRows(candidate, CancellationToken.None)
            : runner.Restore(candidate, set: 0, CancellationToken.None);
        var (input, preparation) = planned.Inputs[ladder.Name];
        using var trained = new TrainedNetwork
        {
            Network = run.Network,
            Input = input,
            Preparation = preparation,
            Normalization = ladder.Normalization(),
            ClassNames = plan.ClassNames,
            TrainingSet = run.Training,
            ValidationSet = run.Validation,
            WeightsReport = run.Report,
            Result = run.Result,
        };
        var options = settings.OptionsFor(new ExperimentBackbone(WeightsOf(ladder), ladder.Backbone));
        options.Strategy = candidate.ParseStrategy();
        return new TransferLearningFitter(context, options, task).Build(training, options.Strategy, trained);
    }

    /// <summary>Draws example images for the report.</summary>
    /// <param name="candidate">Whose eyes they are looked at with.</param>
    /// <param name="logits">What its first training says of its validation rows, row-major [rows, outputs].</param>
    public void DrawExamples(PlannedCandidate candidate, float[] logits)
    {
        var run = runner.Restore(candidate, set: 0, CancellationToken.None);
        using var network = run.Network;
        ExperimentExamples.Write(folder, candidate, planned.Plan.LadderOf(candidate), run, logits);
    }

    /// <summary>Saves the zip of a candidate in its folder.</summary>
    public void Save(TransferLearningTransformer model, PlannedCandidate candidate) => Save(model, Path.Combine(folder.TrialPath(candidate), "model.zip"));

    /// <summary>Saves a zip, whole or not at all. ML.NET writes the schema with all values of its keys: of the user's columns only those go in that a model is about, not those of patients.</summary>
    public void Save(TransferLearningTransformer model, string path)
    {
        var read = context.Transforms.SelectColumns(settings.TrainerOptions.ImageColumnName, settings.TrainerOptions.LabelColumnName).Fit(training).Transform(training);
        AtomicFile.Write(path, stream => context.Model.Save(model, read.Schema, stream));
    }

    private PretrainedWeights WeightsOf(PlannedLadder ladder) =>
        ladder.WeightsFile is { } file ? PretrainedWeights.FromFile(folder.WeightsPath(file), ladder.IsStrict) : PretrainedWeights.Random;
}
