using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// What the frozen lowest units make of some images, computed once and kept as float32 on the network's device: neither the units nor the images change from
/// epoch to epoch. Where the whole network up to the head is frozen, the pooled vectors are kept instead of maps.
/// </summary>
internal sealed class FrozenPrefix : IDisposable
{
    private readonly TransferNetwork _network;
    private readonly ImageStore _images;
    private readonly ReadOnlyMemory<int> _rows;
    private readonly PixelNormalization _normalization;
    private readonly int _batchSize;
    private readonly FeatureBudget _budget;
    private readonly Action<string>? _log;
    private readonly bool _training;
    private int _units;
    private ScalarType _type;

    // Row-major [images, values]; the values of a map lie channels-last, in the order in which the next unit reads them.
    private Tensor? _features;
    private long[] _mapShape = [];

    /// <summary>Describes what to compute; nothing is computed yet.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">The images.</param>
    /// <param name="rows">The rows of the store; positions count within them.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="batchSize">Largest number of images per batch.</param>
    /// <param name="budget">Memory for the features.</param>
    /// <param name="training">True for images that are trained on: their features are computed in <see cref="TransferNetwork.TrainingType"/>, as they would be without this object.</param>
    /// <param name="log">Told what is kept, and what is not because it is too large.</param>
    public FrozenPrefix(
        TransferNetwork network, ImageStore images, ReadOnlyMemory<int> rows, PixelNormalization normalization, int batchSize, FeatureBudget budget, bool training, Action<string>? log)
    {
        _network = network;
        _images = images;
        _rows = rows;
        _normalization = normalization;
        _batchSize = batchSize;
        _budget = budget;
        _training = training;
        _log = log;
    }

    private bool KeepsVectors => _units == _network.Specification.Plan.Units.Count && _network.Specification.Plan.Closing is null;

    private ScalarType Type => _training ? _network.TrainingType : ScalarType.Float32;

    /// <summary>Sees to it that the features are those of the units that are frozen at this moment.</summary>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <returns>False if nothing is frozen or the features would take too much memory; the images must then go through the whole network.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Prepare(CancellationToken cancellation)
    {
        if (_network.FrozenUnits == _units && Type == _type)
        {
            return _features is not null;
        }

        Release();
        _units = _network.FrozenUnits;
        _type = Type;
        if (_units == 0 || !Reserve())
        {
            return false;
        }

        try
        {
            _features = Compute(cancellation);
        }
        catch
        {
            _budget.Return(ByteCount());
            _units = 0;
            throw;
        }

        return true;
    }

    /// <summary>Computes the logits of images from their features, [N, Outputs].</summary>
    /// <param name="positions">Positions of the images among the rows.</param>
    /// <param name="training">See <see cref="TransferNetwork.Forward"/>.</param>
    public Tensor Forward(ReadOnlySpan<long> positions, bool training)
    {
        using var scope = NewDisposeScope();
        var chosen = tensor(positions.ToArray()).to(_network.Device);
        return FromFeatures(_features!.index_select(0, chosen), training).MoveToOuterDisposeScope();
    }

    /// <summary>The logits of all images, as <see cref="Scorer"/> computes them.</summary>
    /// <param name="batchDone">Told after each batch how many of how many batches are done.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <returns>Logits, row-major [images, outputs].</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public float[] Logits(Action<int, int>? batchDone, CancellationToken cancellation)
    {
        using var gradients = inference_mode();
        using var scope = NewDisposeScope();
        var logits = empty([_rows.Length, _network.Specification.Outputs], ScalarType.Float32, _network.Device);
        var sizes = EpochSampler.BatchSizes(_rows.Length, _batchSize, avoidSingles: false);
        var start = 0;
        for (var i = 0; i < sizes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                logits.narrow(0, start, sizes[i]).copy_(FromFeatures(_features!.narrow(0, start, sizes[i]), training: false));
            }

            start += sizes[i];
            batchDone?.Invoke(i + 1, sizes.Length);
        }

        return logits.cpu().data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private Tensor FromFeatures(Tensor features, bool training)
    {
        if (KeepsVectors)
        {
            return _network.ClassifyPooled(features);
        }

        var axes = _mapShape.Length;
        var map = features.reshape([features.shape[0], .. _mapShape]).permute([0, axes, .. Enumerable.Range(1, axes - 1).Select(axis => (long)axis)]);
        return _network.Classify(_network.FeaturesFrom(map, _units, training));
    }

    // Takes the memory; false if there is not enough.
    private bool Reserve()
    {
        var plan = _network.Specification.Plan;
        var shape = plan.Backbone.FeatureShapeAt(plan.Units[_units - 1].Unit.Name, _network.Specification.InputSpatial);
        _mapShape = [.. shape.Skip(1), shape[0]];
        var bytes = ByteCount();
        var what = $"The features of the {_rows.Length} {(_training ? "training" : "validation")} images behind the {_units} frozen units";
        var megabytes = FormattableString.Invariant($"{bytes / (double)(1 << 20):0.#} MiB");
        if (!_budget.TryTake(bytes))
        {
            _log?.Invoke($"{what} would take {megabytes}, of which {_budget.Left >> 20} are left of {nameof(TrainingOptions.FrozenFeatureMegabytes)}; the frozen units are computed anew in every epoch.");
            return false;
        }

        _log?.Invoke($"{what} are computed once and kept ({megabytes}).");
        return true;
    }

    private long ByteCount() => sizeof(float) * _rows.Length
        * (KeepsVectors ? _network.Specification.HeadFeatures : _mapShape.Aggregate(1L, (product, length) => product * length));

    private Tensor Compute(CancellationToken cancellation)
    {
        // Not in inference mode: its tensors may not take part in a gradient later.
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var features = empty([_rows.Length, ByteCount() / sizeof(float) / _rows.Length], ScalarType.Float32, _network.Device);
        var uploader = new BatchUploader(_images, _normalization, _network.Device);
        var sizes = EpochSampler.BatchSizes(_rows.Length, _batchSize, avoidSingles: false);
        InputShape.RequireBatchFits(_images, sizes[0]);
        var start = 0;
        foreach (var batch in new BatchReader(_images, _rows).Read(EpochSampler.InOrder(_rows.Length), sizes, epoch: 0))
        {
            cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                var map = _network.RunUnits(uploader.Normalize(uploader.Upload(batch)), 0, _units, _training);
                features.narrow(0, start, batch.Count).copy_(KeepsVectors ? _network.Pool(map) : ChannelsLast(map));
            }

            start += batch.Count;
        }

        return features.DetachFromDisposeScope();
    }

    private static Tensor ChannelsLast(Tensor map) =>
        map.permute([0, .. Enumerable.Range(2, (int)map.dim() - 2).Select(axis => (long)axis), 1]).flatten(start_dim: 1);

    private void Release()
    {
        if (_features is not null)
        {
            _features.Dispose();
            _features = null;
            _budget.Return(ByteCount());
        }
    }
}
