using TruncatedTL.MLNet.Files;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Files;

public sealed class Crc32Tests
{
    [Fact]
    public void The_check_value_of_the_standard_is_met()
    {
        var crc = default(Crc32);
        Assert.Equal(0u, crc.Value);
        crc.Append("123456789"u8);
        Assert.Equal(0xCBF43926u, crc.Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(13)]
    public void Pieces_give_the_same_as_the_whole(int pieceLength)
    {
        var bytes = new byte[1000];
        new Random(5).NextBytes(bytes);
        var whole = default(Crc32);
        whole.Append(bytes);
        var pieces = default(Crc32);
        for (var start = 0; start < bytes.Length; start += pieceLength)
        {
            pieces.Append(bytes.AsSpan(start, Math.Min(pieceLength, bytes.Length - start)));
        }

        Assert.Equal(whole.Value, pieces.Value);
    }
}
