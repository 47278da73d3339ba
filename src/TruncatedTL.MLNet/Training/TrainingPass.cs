using System.Diagnostics;
using TorchSharp;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>What a training pass measured.</summary>
/// <param name="Loss">Weighted mean loss; not finite if training diverged, and then the pass may have ended early.</param>
/// <param name="Accuracy">Share of the known labels that were predicted.</param>
/// <param name="Images">Images that went through the network.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
internal sealed record TrainingPassResult(double Loss, double Accuracy, int Images, double Seconds);

/// <summary>
/// One pass over the training data: upload, augment, forward, backward, step. The next batch is assembled, uploaded, augmented and normalised on the reader's thread during
/// a step; its random numbers depend on the seed, epoch and image alone, so the result does not depend on timing.
/// </summary>
internal sealed class TrainingPass
{
    // Reading a value waits for the device, so sums are read rarely; but an epoch of hours need not run on after it diverged.
    private const int BatchesBetweenFiniteChecks = 25;

    private readonly TransferNetwork _network;
    private readonly TrainingSet _set;
    private readonly TrainingOptions _options;
    private readonly TargetEncoder _encoder;
    private readonly ClassificationLoss _loss;
    private readonly BatchReader _reader;
    private readonly BatchUploader _uploader;
    private readonly ImageAugmenter? _augmenter;
    private readonly FrozenPrefix? _prefix;
    private readonly int[] _batchSizes;

    /// <summary>Creates the pass.</summary>
    /// <param name="network">The network.</param>
    /// <param name="set">What is trained on.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="options">How to train.</param>
    /// <param name="encoder">Encodes labels.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="prefix">Keeps what frozen units make of the images; null where the images change from epoch to epoch.</param>
    public TrainingPass(
        TransferNetwork network, TrainingSet set, PixelNormalization normalization, TrainingOptions options, TargetEncoder encoder, ClassificationLoss loss, FrozenPrefix? prefix)
    {
        _prefix = prefix;
        _network = network;
        _set = set;
        _options = options;
        _encoder = encoder;
        _loss = loss;
        _reader = new BatchReader(set, encoder, options.Augmentation?.MixupAlpha ?? 0, options.Seed ?? TrainingDefaults.Seed);
        _uploader = new BatchUploader(set.Images, normalization, network.Device);
        _augmenter = options.Augmentation is { } augmentation ? new ImageAugmenter(augmentation, set.Images.Spatial) : null;
        _batchSizes = EpochSampler.BatchSizes(set.Count, options.BatchSize, avoidSingles: true);
        InputShape.RequireBatchFits(set.Images, _batchSizes[0] * (options.Augmentation?.MixupAlpha > 0 ? 2 : 1));
    }

    /// <summary>Steps of an epoch.</summary>
    public int BatchCount => _batchSizes.Length;

    /// <summary>The images that an epoch draws, in order.</summary>
    public static Draw[] Draws(TrainingSet set, TrainingOptions options, int epoch) => options.BalancedSampling
        ? EpochSampler.Balanced(set.Labels, set.ClassNames.Count, options.Seed ?? TrainingDefaults.Seed, epoch)
        : EpochSampler.Shuffled(set.Count, options.Seed ?? TrainingDefaults.Seed, epoch);

    /// <summary>Trains one epoch.</summary>
    /// <param name="epoch">The epoch, counted from 1.</param>
    /// <param name="optimizer">Moves the parameters.</param>
    /// <param name="learningRateFactor">The factor for a step of this epoch, counted from 0.</param>
    /// <param name="batchDone">Told after each batch how many are done.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TrainingPassResult Run(int epoch, NetworkOptimizer optimizer, Func<int, double> learningRateFactor, Action<int> batchDone, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var stopwatch = Stopwatch.StartNew();
        var lossSum = zeros([], ScalarType.Float64, _network.Device);
        var correct = zeros([2], ScalarType.Int64, _network.Device);
        var targetSum = 0.0;
        var images = 0;
        var step = 0;
        var draws = Draws(_set, _options, epoch);
        var hasFeatures = _prefix is not null && _prefix.Prepare(cancellation);
        var inputs = hasFeatures ? [] : CreateInputs();
        foreach (var batch in _reader.Read(draws, _batchSizes, epoch, withImages: !hasFeatures, hasFeatures ? null : batch => WriteInput(batch, inputs[batch.Slot])))
        {
            cancellation.ThrowIfCancellationRequested();
            optimizer.SetLearningRateFactor(learningRateFactor(step));
            var positions = hasFeatures ? Array.ConvertAll(draws[images..(images + batch.Count)], draw => (long)draw.Index) : null;
            Step(batch, positions, hasFeatures ? null : inputs[batch.Slot], optimizer, lossSum, correct);
            targetSum += batch.TargetSum;
            images += batch.Count;
            batchDone(++step);
            if (step % BatchesBetweenFiniteChecks == 0 && !double.IsFinite(lossSum.item<double>()))
            {
                break;
            }
        }

        var loss = optimizer.IsFinite() ? lossSum.item<double>() / targetSum : double.NaN;
        var counts = correct.cpu().data<long>().ToArray();
        return new TrainingPassResult(loss, counts[0] / (double)counts[1], images, stopwatch.Elapsed.TotalSeconds);
    }

    /// <summary>
    /// Times forward and backward passes over the first batch, without steps of an optimiser. Statistics of batch normalisation change, and gradients
    /// are added up: both are the caller's to restore. Frozen units whose features would be kept are left out.
    /// </summary>
    /// <param name="types">What to compute in, one after the other in each turn; each is run once before.</param>
    /// <param name="turns">How often.</param>
    /// <param name="cancellation">Looked at before each pass.</param>
    /// <returns>Seconds, [turn][type].</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public double[][] Time(IReadOnlyList<ScalarType> types, int turns, CancellationToken cancellation)
    {
        var size = _batchSizes[0];
        var batch = _reader.Read(Draws(_set, _options, epoch: 1)[..size], [size], epoch: 1, withImages: true).First();
        var type = _network.TrainingType;
        try
        {
            foreach (var warmed in types)
            {
                Time(batch, warmed, cancellation);
            }

            return [.. Enumerable.Range(0, turns).Select(_ => types.Select(timed => Time(batch, timed, cancellation)).ToArray())];
        }
        finally
        {
            _network.TrainingType = type;
        }
    }

    private double Time(HostBatch batch, ScalarType type, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        _network.TrainingType = type;
        var targets = Targets(batch);
        var first = _prefix is null ? 0 : _network.FrozenUnits;
        var images = CreateInputs()[0];
        WriteInput(batch, images);
        Tensor input;
        using (no_grad())
        {
            input = _network.RunUnits(images.narrow(0, 0, batch.Count), 0, first, training: true);
        }

        Wait();
        var stopwatch = Stopwatch.StartNew();
        _loss.Sum(_network.Classify(_network.FeaturesFrom(input, first, training: true)), targets).backward();
        Wait();
        return stopwatch.Elapsed.TotalSeconds;
    }

    // A GPU works on while the program goes on.
    private void Wait()
    {
        if (_network.Device.type == DeviceType.CUDA)
        {
            cuda.synchronize(_network.Device);
        }
    }

    private Tensor Targets(HostBatch batch) =>
        tensor(batch.Targets.AsMemory(0, batch.Count * _encoder.TargetCount), [batch.Count, _encoder.TargetCount]).to(_network.Device);

    // positions: of the images whose features are kept; where they are not, input holds at least the batch's images. correct: labels predicted and labels known, [2].
    private void Step(HostBatch batch, long[]? positions, Tensor? input, NetworkOptimizer optimizer, Tensor lossSum, Tensor correct)
    {
        using var scope = NewDisposeScope();
        var targets = Targets(batch);
        var logits = positions is null ? _network.Forward(input!.narrow(0, 0, batch.Count), training: true) : _prefix!.Forward(positions, training: true);
        var sum = _loss.Sum(logits, targets);
        // A batch in which nothing counts moves nothing.
        using Scalar divisor = batch.TargetSum > 0 ? batch.TargetSum : 1;
        sum.div(divisor).backward();
        optimizer.Step();

        using var gradients = no_grad();
        var perImage = _set.LabelsPerImage;
        var labels = tensor(batch.Labels.AsMemory(0, batch.Count * perImage), [batch.Count, perImage]).to(_network.Device);
        var isSigmoid = _encoder.TargetCount == 2 * logits.shape[1];
        var predicted = isSigmoid ? logits.gt(Scalars.Zero).to(ScalarType.Int64) : logits.argmax(1, keepdim: true);
        lossSum.add_(sum.detach(), Scalars.One);
        correct.add_(stack([predicted.eq(labels).sum(), labels.ge(Scalars.Zero).sum()]), Scalars.One);
    }

    // One for each slot of the reader. The training thread's own: what the reader's thread makes ends there, in its own scope.
    private Tensor[] CreateInputs()
    {
        long[] shape = [_batchSizes.Max(), .. _set.Images.Shape.Select(length => (long)length)];
        return [empty(shape, ScalarType.Float32, _network.Device), empty(shape, ScalarType.Float32, _network.Device)];
    }

    // Writes the batch's normalised images into the first rows of [largest batch, C, ...].
    private void WriteInput(HostBatch batch, Tensor input)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var images = _uploader.Upload(batch);
        if (_augmenter is not null)
        {
            images = _augmenter.Apply(images, batch.Streams);
        }

        images = _uploader.Normalize(images);
        if (batch.ImageCount > batch.Count)
        {
            images = _uploader.Mix(images, batch.MixingShares);
        }

        input.narrow(0, 0, batch.Count).copy_(images);
    }
}
