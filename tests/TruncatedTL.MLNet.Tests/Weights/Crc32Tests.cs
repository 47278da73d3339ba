using TruncatedTL.MLNet.Weights.PyTorch;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class Crc32Tests
{
    [Fact]
    public void AgreesWithThePublishedCheckValue()
    {
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));
        Assert.Equal(0u, Crc32.Compute([]));
        Assert.Equal(0x414FA339u, Crc32.Compute("The quick brown fox jumps over the lazy dog"u8));
    }
}
