namespace TruncatedTL.MLNet.Training;

/// <summary>
/// A batch in managed memory. Its arrays are reused for later batches and may be longer than what is in use.
/// </summary>
/// <param name="slot">See <see cref="Slot"/>.</param>
internal sealed class HostBatch(int slot)
{
    /// <summary>Which of its reader's two buffers this is, 0 or 1: while one is in use, the other is filled.</summary>
    public int Slot => slot;

    /// <summary>Number of examples, N.</summary>
    public int Count { get; set; }

    /// <summary>Images in the pixel buffer: N, or 2N under mixup (the partners come second).</summary>
    public int ImageCount { get; set; }

    /// <summary>The pixels as bytes, [images, C, ...], if the store keeps bytes; otherwise empty.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <summary>The pixels as float32, [images, C, ...], if the store does not keep bytes; otherwise empty.</summary>
    public float[] Singles { get; set; } = [];

    /// <summary>Random numbers for the augmentation of each image.</summary>
    public RandomStream[] Streams { get; set; } = [];

    /// <summary>Share of the first image in each blend, [N]; empty without mixup.</summary>
    public float[] MixingShares { get; set; } = [];

    /// <summary>Weighted target distributions, [N, targets]; empty when scoring.</summary>
    public float[] Targets { get; set; } = [];

    /// <summary>Sum of all values in use of <see cref="Targets"/>.</summary>
    public double TargetSum { get; set; }

    /// <summary>Label or labels of each example (under mixup, of the image with the larger share), [N, labels per image]; empty when scoring.</summary>
    public long[] Labels { get; set; } = [];
}
