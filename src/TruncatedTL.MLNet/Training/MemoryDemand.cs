using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Training;

/// <summary>What a training needs of memory, estimated from its definition, and what to do where an allocation failed.</summary>
internal static class MemoryDemand
{
    // Gradients of activations, work space of convolutions and fragmentation: what is kept for the backward pass is not all.
    private const double UsableShare = 0.7;

    private static readonly Regex CudaCapacity = new(@"total capacity of ([0-9.]+) ([GM]iB)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    // How libtorch's allocators on CPU and GPU, the GPU libraries below them and the C++ run-time say that memory is short.
    private static readonly string[] AllocationMessages =
    [
        "DefaultCPUAllocator", "CUDA out of memory", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "bad_alloc", "bad allocation",
    ];

    /// <summary>Whether an error says that memory could not be allocated.</summary>
    public static bool IsAllocationFailure(Exception error) => error is OutOfMemoryException
        || (error is ExternalException && AllocationMessages.Any(message => error.Message.Contains(message, StringComparison.Ordinal)));

    /// <summary>The largest batch that is likely to fit, at most half of the one that did not; null where not even 2 images are.</summary>
    /// <param name="specification">The network.</param>
    /// <param name="batchSize">The batch size that did not fit.</param>
    /// <param name="usableBytes">Memory for network and batch together; null where unknown.</param>
    public static int? FittingBatchSize(NetworkSpecification specification, int batchSize, long? usableBytes)
    {
        var fitting = batchSize / 2;
        if (usableBytes is { } bytes)
        {
            var forImages = (bytes * UsableShare) - FixedBytes(specification);
            fitting = (int)Math.Clamp(forImages / BytesPerImage(specification), 0, fitting);
        }

        return fitting >= 2 ? fitting : null;
    }

    /// <summary>Bytes that one more image in a batch takes: what layers keep for the backward pass, and its pixels as float32 three times (read, augmented, normalised).</summary>
    public static long BytesPerImage(NetworkSpecification specification)
    {
        var pixels = specification.InputSpatial.Aggregate((long)specification.InputChannels, (product, length) => product * length);
        return sizeof(float) * (specification.ActivationCount + (3 * pixels));
    }

    /// <summary>The error to report instead of libtorch's.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="network">The network that was trained.</param>
    /// <param name="batchSize">The batch size.</param>
    /// <param name="hasCheckpoint">Whether a checkpoint was written.</param>
    public static TrainingMemoryException Explain(Exception error, TransferNetwork network, int batchSize, bool hasCheckpoint)
    {
        var usable = network.Device.type == TorchSharp.DeviceType.CPU ? FreeBytes() : CudaBytes(error.Message);
        var specification = network.Specification;
        var fitting = FittingBatchSize(specification, batchSize, usable);
        var advice = fitting is { } size
            ? $"A {nameof(TrainingOptions.BatchSize)} of {size} is likely to fit"
            : "Not even 2 images are likely to fit; use smaller images or a smaller network";
        var free = usable is { } bytes ? $", of about {Gigabytes(bytes)} that can be had" : string.Empty;
        var kept = hasCheckpoint ? " The checkpoint has all completed epochs; it belongs to its batch size, so that with another one the training begins anew." : string.Empty;
        return new TrainingMemoryException(
            $"Memory ran out with batches of {batchSize} images. Each takes about {Gigabytes(BytesPerImage(specification))}, network and optimiser {Gigabytes(FixedBytes(specification))}{free}. {advice}.{kept}",
            batchSize,
            fitting,
            error);
    }

    // Weights, gradients and two moments; the optimiser's divisor.
    private static long FixedBytes(NetworkSpecification specification) => 5 * sizeof(float) * specification.ParameterCount;

    // What is free by the runtime's account, which the collection refreshes, or what the process had before the step was given up, whichever is more: a
    // limit on the managed heap or on address space says nothing of the memory that there is.
    private static long FreeBytes()
    {
        GC.Collect();
        var info = GC.GetGCMemoryInfo();
        using var process = Process.GetCurrentProcess();
        return Math.Max(info.TotalAvailableMemoryBytes - info.MemoryLoadBytes, process.PeakWorkingSet64 - process.WorkingSet64);
    }

    private static long? CudaBytes(string message)
    {
        var match = CudaCapacity.Match(message);
        return match.Success
            ? (long)(double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * (match.Groups[2].ValueSpan is "GiB" ? 1L << 30 : 1L << 20))
            : null;
    }

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00#} GB");
}
