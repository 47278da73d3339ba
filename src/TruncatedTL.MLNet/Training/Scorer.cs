using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Computes logits of images in batches, without gradients and without augmentation.</summary>
internal static class Scorer
{
    /// <summary>Computes the logits of all images of a store.</summary>
    /// <inheritdoc cref="Logits(TransferNetwork, ImageStore, ReadOnlyMemory{int}, PixelNormalization, int, Action{int, int}?, CancellationToken)"/>
    public static float[] Logits(
        TransferNetwork network,
        ImageStore images,
        PixelNormalization normalization,
        int batchSize,
        CancellationToken cancellation = default) =>
        Logits(network, images, Enumerable.Range(0, images.Count).ToArray(), normalization, batchSize, batchDone: null, cancellation);

    /// <summary>Computes the logits of some rows of a store.</summary>
    /// <param name="network">The network; batch normalisation uses its running statistics.</param>
    /// <param name="images">The images.</param>
    /// <param name="rows">The rows of the store, in the order of the result.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="batchSize">Largest number of images per batch.</param>
    /// <param name="batchDone">Told after each batch how many of how many batches are done.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <returns>Logits, row-major [rows, outputs].</returns>
    /// <exception cref="ArgumentException">The images have not the shape that the network reads.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static float[] Logits(
        TransferNetwork network,
        ImageStore images,
        ReadOnlyMemory<int> rows,
        PixelNormalization normalization,
        int batchSize,
        Action<int, int>? batchDone = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        InputShape.Require(network.Specification, images);
        if (rows.IsEmpty)
        {
            return [];
        }

        using var gradients = inference_mode();
        using var scope = NewDisposeScope();
        var logits = empty([rows.Length, network.Specification.Outputs], ScalarType.Float32, network.Device);
        var uploader = new BatchUploader(images, normalization, network.Device);
        var sizes = EpochSampler.BatchSizes(rows.Length, batchSize, avoidSingles: false);
        InputShape.RequireBatchFits(images, sizes[0]);
        var start = 0;
        var done = 0;
        foreach (var batch in new BatchReader(images, rows).Read(EpochSampler.InOrder(rows.Length), sizes, epoch: 0))
        {
            cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                var input = uploader.Normalize(uploader.Upload(batch));
                logits.narrow(0, start, batch.Count).copy_(network.Forward(input, training: false));
            }

            start += batch.Count;
            batchDone?.Invoke(++done, sizes.Length);
        }

        return logits.cpu().data<float>().ToArray();
    }
}
