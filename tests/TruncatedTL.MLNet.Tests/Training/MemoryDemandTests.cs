using TorchSharp;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class MemoryDemandTests
{
    [Fact]
    public void What_libtorch_says_when_memory_is_short_is_recognised()
    {
        var error = Record.Exception(() => torch.empty(1L << 50));

        Assert.True(MemoryDemand.IsAllocationFailure(error!), error!.Message);
        Assert.False(MemoryDemand.IsAllocationFailure(Record.Exception(() => torch.ones(2).reshape(3))!));
        Assert.False(MemoryDemand.IsAllocationFailure(new IOException("CUDA out of memory")));
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of which 1.94 GiB is free.")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("std::bad_alloc")]
    public void Other_ways_of_saying_it_are_recognised(string message) =>
        Assert.True(MemoryDemand.IsAllocationFailure(new System.Runtime.InteropServices.ExternalException(message)));

    [Fact]
    public void The_demand_of_an_image_is_that_of_the_layers_outputs()
    {
        using var network = TrainingSamples.SmallNetwork();

        // Stem: convolution, normalisation, ReLU at 64 x 16 x 16, pooling to 64 x 8 x 8; block: two convolutions, normalisations, ReLUs; 64 features; three times 32 x 32 pixels.
        const long Values = (3 * 64 * 16 * 16) + (64 * 8 * 8) + (6 * 64 * 8 * 8) + 64 + (3 * 32 * 32);
        Assert.Equal(4 * Values, MemoryDemand.BytesPerImage(network.Specification));
    }

    [Fact]
    public void The_batch_that_fits_follows_from_the_memory_and_is_at_most_half_of_the_one_that_did_not()
    {
        using var network = TrainingSamples.SmallNetwork();
        var specification = network.Specification;
        var fixedBytes = 5 * 4 * specification.ParameterCount;
        long Room(int images) => (long)((fixedBytes + (images + 0.5) * MemoryDemand.BytesPerImage(specification)) / 0.7);

        Assert.Equal(10, MemoryDemand.FittingBatchSize(specification, 64, Room(10)));
        Assert.Equal(32, MemoryDemand.FittingBatchSize(specification, 64, Room(1000)));
        Assert.Equal(32, MemoryDemand.FittingBatchSize(specification, 64, null));
        Assert.Null(MemoryDemand.FittingBatchSize(specification, 64, Room(1)));
        Assert.Null(MemoryDemand.FittingBatchSize(specification, 64, 0));
        Assert.Null(MemoryDemand.FittingBatchSize(specification, 2, null));
    }

    [Fact]
    public void The_error_names_both_batch_sizes_and_its_cause()
    {
        using var network = TrainingSamples.SmallNetwork();
        var cause = Record.Exception(() => torch.empty(1L << 50))!;

        var error = MemoryDemand.Explain(cause, network, batchSize: 64, hasCheckpoint: true);

        Assert.Equal((64, 32), (error.BatchSize, error.FittingBatchSize));
        Assert.Same(cause, error.InnerException);
        Assert.Contains("batches of 64 images", error.Message, StringComparison.Ordinal);
        Assert.Contains("BatchSize of 32 is likely to fit", error.Message, StringComparison.Ordinal);
        Assert.Contains("checkpoint has all completed epochs", error.Message, StringComparison.Ordinal);
    }
}
