using TruncatedTL.MLNet.Native;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Native;

public class TorchRuntimeTests
{
    [Fact]
    public void EnsureLoaded_MakesTorchSharpCompute()
    {
        TorchRuntime.EnsureLoaded();

        using var sum = ones(2).sum();

        Assert.Equal(2f, sum.item<float>());
        Assert.True(TorchRuntime.IsLoaded);
        Assert.Contains("LibTorchSharp", TorchRuntime.Description, StringComparison.Ordinal);
    }
}
