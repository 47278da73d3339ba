using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Computes the features at the cut, averaged over space, without gradients and without augmentation.</summary>
internal static class FeatureExtractor
{
    /// <summary>Computes the features of some rows of a store, whatever the head's own pooling is.</summary>
    /// <param name="network">The network; batch normalisation uses its running statistics.</param>
    /// <param name="images">The images.</param>
    /// <param name="rows">The rows of the store, in the order of the result.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="batchSize">Largest number of images per batch.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <returns>Features, row-major [images, channels at the cut].</returns>
    /// <exception cref="ArgumentException">The images have not the shape that the network reads.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static float[] Pooled(
        TransferNetwork network, ImageStore images, ReadOnlyMemory<int> rows, PixelNormalization normalization, int batchSize, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        InputShape.Require(network.Specification, images);
        using var gradients = inference_mode();
        using var scope = NewDisposeScope();
        var uploader = new BatchUploader(images, normalization, network.Device);
        var sizes = EpochSampler.BatchSizes(rows.Length, batchSize, avoidSingles: false);
        InputShape.RequireBatchFits(images, sizes[0]);
        var features = new List<float>();
        foreach (var batch in new BatchReader(images, rows).Read(EpochSampler.InOrder(rows.Length), sizes, epoch: 0))
        {
            cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                var atCut = network.Features(uploader.Normalize(uploader.Upload(batch)), training: false);
                var axes = Enumerable.Range(2, (int)atCut.dim() - 2).Select(axis => (long)axis).ToArray();
                features.AddRange(atCut.mean(axes).cpu().contiguous().data<float>());
            }
        }

        return [.. features];
    }
}
