using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// The features at one cut, averaged over space: what a head with average pooling reads there before anything is trained.
/// </summary>
/// <param name="Index">Position from the input, starting at 1 (<see cref="BackboneCut.Index"/>).</param>
/// <param name="Name">Name of the cut.</param>
/// <param name="Training">Features of the training images, [images, channels].</param>
/// <param name="Validation">Features of the validation images; null without.</param>
internal sealed record CutFeatures(int Index, string Name, FeatureMatrix Training, FeatureMatrix? Validation)
{
    /// <summary>
    /// Runs all images through the network once and keeps the features at every cut. There are no gradients and no augmentation, and batch
    /// normalisation uses its running statistics.
    /// </summary>
    /// <remarks>
    /// A cut with closing layers is pooled behind them (<see cref="ClosingLayers"/>). Memory: one batch, and four bytes a row for each channel of each
    /// cut (8 KB a row for ResNet-18, 90 KB for DenseNet-121); <see cref="ProbingOptions.Cuts"/> limits it.
    /// </remarks>
    /// <param name="network">The whole pretrained network.</param>
    /// <param name="train">The training images.</param>
    /// <param name="validation">The validation images, or null.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="options">Batch size, cuts, cancellation and progress.</param>
    /// <returns>The cuts that were asked for, from the input upwards.</returns>
    /// <exception cref="ArgumentException">The images have not the shape that the network reads, or the rows of a cut do not fit into one array.</exception>
    /// <exception cref="CutNotFoundException">The network has no such cut.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<CutFeatures> Compute(
        TransferNetwork network, TrainingSet train, TrainingSet? validation, PixelNormalization normalization, ProbingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        var cuts = Select(network, options.Cuts);
        var total = train.Count + (validation?.Count ?? 0);
        var trained = ComputeSet(network, train, cuts, normalization, options, done => new ProbingProgress(done, total));
        var validated = validation is null
            ? null
            : ComputeSet(network, validation, cuts, normalization, options, done => new ProbingProgress(train.Count + done, total));
        var units = network.Specification.Plan.Units;
        return cuts.Select((unit, i) => new CutFeatures(unit + 1, units[unit].Unit.Name, trained[i], validated?[i])).ToArray();
    }

    // Indices of the units behind which features are wanted, ascending.
    private static int[] Select(TransferNetwork network, IReadOnlyCollection<string>? wanted)
    {
        var names = network.Specification.Plan.Units.Select(unit => unit.Unit.Name).ToArray();
        if (wanted is null)
        {
            return [.. Enumerable.Range(0, names.Length)];
        }

        foreach (var name in wanted.Except(names))
        {
            throw new CutNotFoundException(network.Specification.Plan.Backbone.Name, name, names);
        }

        return wanted.Count > 0
            ? [.. wanted.Distinct().Select(name => Array.IndexOf(names, name)).Order()]
            : throw new ArgumentException("There are no cuts to look at.", nameof(wanted));
    }

    private static FeatureMatrix[] ComputeSet(
        TransferNetwork network, TrainingSet set, int[] cuts, PixelNormalization normalization, ProbingOptions options, Func<int, ProbingProgress> progress)
    {
        InputShape.Require(network.Specification, set.Images);
        using var gradients = inference_mode();
        using var scope = NewDisposeScope();
        var uploader = new BatchUploader(set.Images, normalization, network.Device);
        var sizes = EpochSampler.BatchSizes(set.Count, options.BatchSize, avoidSingles: false);
        InputShape.RequireBatchFits(set.Images, sizes[0]);
        var closing = new ClosingLayers(network);
        var results = cuts.Select(unit => Allocate(network.Specification.Plan.Units[unit].Unit, set.Count)).ToArray();
        var start = 0;
        foreach (var batch in new BatchReader(set.Images, set.Rows).Read(EpochSampler.InOrder(set.Count), sizes, epoch: 0))
        {
            options.Cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                RunBatch(network, closing, uploader.Normalize(uploader.Upload(batch)), cuts, results, start);
            }

            start += batch.Count;
            options.Progress?.Report(progress(start));
        }

        return results;
    }

    private static void RunBatch(TransferNetwork network, ClosingLayers closing, Tensor images, int[] cuts, FeatureMatrix[] results, int start)
    {
        var current = images;
        var first = 0;
        for (var i = 0; i < cuts.Length; i++)
        {
            var next = network.RunUnits(current, first, cuts[i] + 1, training: false);
            current.Dispose();
            current = next;
            first = cuts[i] + 1;
            using var closed = closing.Apply(cuts[i], current);
            var axes = Enumerable.Range(2, (int)closed.dim() - 2).Select(axis => (long)axis).ToArray();
            using var pooled = closed.mean(axes);
            using var local = pooled.cpu();
            using var rows = local.contiguous();
            MemoryMarshal.Cast<byte, float>(rows.bytes).CopyTo(results[i].Values.AsSpan(start * results[i].Columns));
        }
    }

    private static FeatureMatrix Allocate(BackboneUnit unit, int rows) => (long)rows * unit.Channels <= Array.MaxLength
        ? new FeatureMatrix(new float[rows * unit.Channels], unit.Channels)
        : throw new ArgumentException($"{rows} rows of {unit.Channels} features at the cut '{unit.Name}' are more than the {Array.MaxLength} values that one array may hold; take fewer rows.", nameof(rows));
}
