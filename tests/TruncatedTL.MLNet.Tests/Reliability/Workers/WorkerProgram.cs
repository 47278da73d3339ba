using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Experiments;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Reliability.Workers;

/// <summary>
/// What a child process does, step by step, each told in a line: trains with a checkpoint and saves (<c>fit</c>), runs an experiment in a folder (<c>experiment</c>), or holds
/// on within an epoch of either (<c>fit-hold</c>, <c>experiment-hold</c>). The last line but one, <c>result ...</c>, is equal for equal results, bit for bit.
/// </summary>
internal static class WorkerProgram
{
    /// <summary>The hidden command.</summary>
    public const string Name = "reliability-worker";

    /// <summary>Epochs of the training.</summary>
    public const int Epochs = 8;

    public const string Checkpoint = "run.checkpoint";
    public const string Zip = "model.zip";
    public const string Weights = "weights.safetensors";
    public const string Onnx = "model.onnx";
    public const string Experiment = "experiment";

    /// <summary>Runs a worker.</summary>
    /// <param name="kind">What to do.</param>
    /// <param name="folder">Where.</param>
    /// <returns>0; or 3 where a documented exception ended it, whose type and message are then the last line.</returns>
    public static int Run(string kind, string folder)
    {
        Tell("start");
        try
        {
            switch (kind)
            {
                case "fit" or "fit-hold":
                    Fit(folder, isHeld: kind == "fit-hold");
                    break;
                case "experiment" or "experiment-hold":
                    RunExperiment(Path.Combine(folder, Experiment), isHeld: kind == "experiment-hold");
                    break;
                default:
                    throw new ArgumentException($"There is no worker '{kind}'.", nameof(kind));
            }
        }
        catch (Exception error) when (error is CheckpointException or ExperimentException or WeightsException or IOException or UnauthorizedAccessException)
        {
            Tell($"error {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}");
            return 3;
        }

        Tell("done");
        return 0;
    }

    private static void Fit(string folder, bool isHeld)
    {
        var context = new MLContext(seed: 1);
        var rows = SyntheticImages.View(context, 40, classes: 3, mislabelled: 0.2);
        using var model = Trainers.Multiclass(context, options =>
        {
            options.CheckpointPath = Path.Combine(folder, Checkpoint);
            options.Training.MaxEpochs = Epochs;
            options.Training.Augmentation = new AugmentationOptions();
            options.MetricsCallback = metrics =>
            {
                Tell($"epoch {metrics.Epoch}");
                Hold(isHeld);
            };
        }).Fit(rows);
        Tell("trained");
        context.Model.Save(model, rows.Schema, Path.Combine(folder, Zip));
        Tell("zip saved");
        model.SaveWeights(Path.Combine(folder, Weights));
        Tell("weights saved");
        model.SaveOnnx(Path.Combine(folder, Onnx));
        Tell("network saved");
        var history = string.Join(' ', model.Training.History.Select(epoch => FormattableString.Invariant($"{epoch.Epoch}:{epoch.TrainLoss:R}:{epoch.ValidationLoss:R}:{epoch.IsBest}")));
        Tell($"result {history} {Hash(model.Transform(rows).GetColumn<float[]>("Score").SelectMany(score => score))}");
    }

    private static void RunExperiment(string folder, bool isHeld)
    {
        var context = new MLContext(1);
        var (train, validation, test) = Samples.Rows(context);
        using var result = Samples
            .Experiment(context, folder, settings => settings.Strategies = [TransferStrategy.LinearProbe()])
            .Execute(train, validation, test, new Lines(isHeld));
        var scores = string.Join(' ', result.RunDetails.Select(run => FormattableString.Invariant($"{run.Name}={run.Score:R},{run.History[0].Count}")));
        Tell($"result {result.BestRun.Name} {scores} {Hash(result.Model.Transform(test).GetColumn<float>("Score"))}");
    }

    private static void Hold(bool isHeld)
    {
        if (isHeld)
        {
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private static string Hash(IEnumerable<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.ToArray().AsSpan())));

    // At once: the next thing that happens may be the end of this process.
    private static void Tell(string line)
    {
        Console.WriteLine(line);
        Console.Out.Flush();
    }

    private sealed class Lines(bool isHeld) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value)
        {
            if (value.Epoch is { } epoch)
            {
                Tell($"epoch {value.Trials.Single(trial => trial.State == TrialState.Running).Name} {epoch.Epoch}");
                Hold(isHeld);
            }
            else
            {
                Tell($"{value.Stage}: {value.Message.ReplaceLineEndings(" ")}");
            }
        }
    }
}
