using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Checkpoints built in memory: layouts, views and nesting.</summary>
public class TorchReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsBothFormats(bool isLegacy)
    {
        var file = Load(isLegacy ? TorchFiles.SampleLegacy() : TorchFiles.SampleZip());

        Assert.Equal(["conv1.weight", "bn1.running_var", "bn1.num_batches_tracked", "fc.weight"], file.Tensors.Keys);
        Assert.Equal([2, 3, 2, 1], file.Tensors["conv1.weight"].Shape);
        Assert.Equal([-5.5f, -4.5f, -3.5f, -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f], file.Tensors["conv1.weight"].ToSingle());
        Assert.Equal(TensorElementType.Float16, file.Tensors["bn1.running_var"].ElementType);
        Assert.Equal([1f, 0.5f, -2f, 65504f], file.Tensors["bn1.running_var"].ToSingle());
        Assert.Equal([123456789012345.0], file.Tensors["bn1.num_batches_tracked"].ToDouble());

        // Offset 3, strides (1, 4) in -5.5, -4.5, ...
        Assert.Equal([-2.5f, 1.5f, -1.5f, 2.5f], file.Tensors["fc.weight"].ToSingle());
    }

    [Fact]
    public void ReadsZip64AndArchivesWithoutChecksums()
    {
        foreach (var zip in (ZipWriter[])[new() { UseZip64 = true }, new() { WriteChecksums = false }, new() { UseZip64 = true, WriteChecksums = false }])
        {
            var bytes = TorchFiles.Zip(
                zip, TorchFiles.SampleStateDict(false).ToArray(),
                ("0", TorchFiles.SampleStorage0), ("1", TorchFiles.SampleStorage1), ("2", TorchFiles.SampleStorage2));

            Assert.Equal(4, Load(bytes).Tensors.Count);
        }
    }

    [Fact]
    public void ReadsAnArchiveThatAnotherToolPackedAgain()
    {
        var zip = new ZipWriter()
            .AddDeflated("archive/data.pkl", TorchFiles.SampleStateDict(false).ToArray())
            .AddDeflated("archive/data/0", TorchFiles.SampleStorage0)
            .AddDeflated("archive/data/1", TorchFiles.SampleStorage1)
            .AddDeflated("archive/data/2", TorchFiles.SampleStorage2);

        Assert.Equal([1f, 0.5f, -2f, 65504f], Load(zip.ToArray()).Tensors["bn1.running_var"].ToSingle());
    }

    [Fact]
    public void RefusesCompressionBombs()
    {
        var honest = new ZipWriter()
            .Add("archive/data.pkl", TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 6_000_000, 0, [6_000_000], [1])).ToArray())
            .AddDeflated("archive/data/0", new byte[24_000_000])
            .ToArray();
        var liar = new ZipWriter()
            .Add("archive/data.pkl", TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 1, 0, [1], [1])).ToArray())
            .AddDeflated("archive/data/0", new byte[1_000_000], claimedSize: 4)
            .ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("compression bomb", Assert.Throws<WeightsFormatException>(() => Load(honest)).Message, StringComparison.Ordinal);
        Assert.Contains("more than the 4 bytes", Assert.Throws<WeightsFormatException>(() => Load(liar)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void RefusesArchivesThatAreNoCheckpoints()
    {
        Refuses(new ZipWriter().Add("word/document.xml", [1]).ToArray(), "no data.pkl");
        Refuses(new ZipWriter().ToArray(), "no data.pkl");
        Refuses(new ZipWriter().Add("a/data.pkl", [1]).Add("b/data.pkl", [1]).ToArray(), "2 entries data.pkl");
        Refuses(new ZipWriter().Add("a/data.pkl", [1]).Add("a/data.pkl", [1]).ToArray(), "two entries");
        Refuses(new ZipWriter().AddRaw("a/data.pkl", method: 0, flags: 1, [1]).ToArray(), "encrypted");
        Refuses(new ZipWriter().AddRaw("a/data.pkl", method: 14, flags: 0, [1]).ToArray(), "method 14");
    }

    [Fact]
    public void RefusesDamagedValues()
    {
        var bytes = TorchFiles.SampleZip();
        var position = bytes.AsSpan().IndexOf(TorchFiles.SampleStorage0);
        bytes[position] ^= 1;

        Refuses(bytes, "'archive/data/0' is damaged: its checksum does not match");
    }

    [Fact]
    public void RefusesStoragesThatDoNotFitTheirTensors()
    {
        var pickle = TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 4, 0, [4], [1]));

        Refuses(TorchFiles.Zip(pickle, ("1", new byte[16])), "'archive/data/0', which holds tensor values, is missing");
        Refuses(TorchFiles.Zip(pickle, ("0", new byte[12])), "has 12 bytes, but its tensors need 16");
        Refuses(TorchFiles.Legacy(Legacy(), ("1", 4, new byte[16])), "keys does not fit");
        Refuses(TorchFiles.Legacy(Legacy()), "the values of tensor 'weight' are missing");
        Refuses(TorchFiles.Legacy(Legacy(), ("0", 3, new byte[12])), "has 3 elements, but its tensors need 4");
        Refuses(TorchFiles.Legacy(Legacy(), ("0", 4, new byte[12])), "only 12 are left");

        static PickleWriter Legacy() => TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 4, 0, [4], [1], isLegacy: true));
    }

    [Theory]
    [InlineData(0, new long[] { 5 }, new long[] { 1 })]
    [InlineData(1, new long[] { 4 }, new long[] { 1 })]
    [InlineData(4, new long[] { }, new long[] { })]
    [InlineData(0, new long[] { 2, 2 }, new long[] { 3, 1 })]
    [InlineData(0, new long[] { 2, 2 }, new long[] { 2 })]
    [InlineData(0, new long[] { 2 }, new long[] { 9223372036854775807 })]
    [InlineData(0, new long[] { 9223372036854775807 }, new long[] { 9223372036854775807 })]
    [InlineData(0, new long[] { 4294967296, 4294967296 }, new long[] { 0, 0 })]
    [InlineData(9223372036854775807, new long[] { 2 }, new long[] { 1 })]
    [InlineData(-1, new long[] { 2 }, new long[] { 1 })]
    [InlineData(0, new long[] { -2 }, new long[] { 1 })]
    [InlineData(3, new long[] { 2 }, new long[] { -1 })]
    public void RefusesViewsOutsideTheStorage(long offset, long[] shape, long[] strides) =>
        Assert.Throws<WeightsFormatException>(
            () => Load(TorchFiles.Zip(TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 4, offset, shape, strides)), ("0", new byte[16]))));

    [Fact]
    public void RefusesViewsThatWouldFillTheMemory()
    {
        var bytes = TorchFiles.Zip(TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 1, 0, [20_000, 20_000], [0, 0])), ("0", new byte[4]));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Refuses(bytes, "far more memory");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Refuses(
            TorchFiles.Zip(TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 1, 0, [1L << 40], [0])), ("0", new byte[4])), "not supported");
    }

    [Fact]
    public void MakesViewsContiguous()
    {
        var storage = TorchFiles.Bytes([.. Enumerable.Range(0, 24).Select(i => (float)i)]);

        Assert.Equal([7f, 7f, 7f, 7f, 7f, 7f], Values(7, [2, 3], [0, 0]));
        Assert.Equal([0f, 1f, 0f, 1f], Values(0, [2, 2], [0, 1]));
        Assert.Equal([0f, 2f, 4f, 1f, 3f, 5f], Values(0, [2, 3], [1, 2]));
        Assert.Equal([5f, 6f], Values(5, [1, 2, 1], [long.MaxValue, 1, long.MaxValue]));
        Assert.Equal([0f, 12f, 1f, 13f, 2f, 14f, 6f, 18f, 7f, 19f, 8f, 20f], Values(0, [2, 3, 2], [6, 1, 12]));
        Assert.Equal([23f], Values(23, [], []));
        Assert.Empty(Values(0, [0, 5], [5, 1]));

        float[] Values(long offset, long[] shape, long[] strides)
        {
            var file = Load(TorchFiles.Zip(TorchFiles.Single(p => p.Tensor("FloatStorage", "0", 24, offset, shape, strides)), ("0", storage)));
            Assert.Equal(shape, file.Tensors["weight"].Shape);
            return file.Tensors["weight"].ToSingle();
        }
    }

    [Theory]
    [InlineData("ByteStorage", TensorElementType.UInt8, 1)]
    [InlineData("CharStorage", TensorElementType.Int8, 1)]
    [InlineData("BoolStorage", TensorElementType.Bool, 1)]
    [InlineData("ShortStorage", TensorElementType.Int16, 2)]
    [InlineData("HalfStorage", TensorElementType.Float16, 2)]
    [InlineData("BFloat16Storage", TensorElementType.BFloat16, 2)]
    [InlineData("IntStorage", TensorElementType.Int32, 4)]
    [InlineData("FloatStorage", TensorElementType.Float32, 4)]
    [InlineData("LongStorage", TensorElementType.Int64, 8)]
    [InlineData("DoubleStorage", TensorElementType.Float64, 8)]
    public void TransposesEveryElementType(string storageType, TensorElementType elementType, int sizeBytes)
    {
        var storage = Enumerable.Range(0, 6 * sizeBytes).Select(i => (byte)i).ToArray();
        var pickle = TorchFiles.Single(p => p.Tensor(storageType, "0", 6, 0, [3, 2], [1, 3]));

        var tensor = Load(TorchFiles.Zip(pickle, ("0", storage))).Tensors["weight"];

        Assert.Equal(elementType, tensor.ElementType);
        int[] order = [0, 3, 1, 4, 2, 5];
        Assert.Equal(order.SelectMany(i => storage.Skip(i * sizeBytes).Take(sizeBytes)), tensor.Bytes.ToArray());
    }

    [Fact]
    public void ReadsBigEndianCheckpoints()
    {
        var zip = new ZipWriter()
            .Add("archive/data.pkl", TorchFiles.SampleStateDict(false).ToArray())
            .Add("archive/byteorder", "big"u8.ToArray())
            .Add("archive/data/0", Reversed(TorchFiles.SampleStorage0, 4))
            .Add("archive/data/1", Reversed(TorchFiles.SampleStorage1, 2))
            .Add("archive/data/2", Reversed(TorchFiles.SampleStorage2, 8))
            .ToArray();
        var expected = Load(TorchFiles.SampleZip());

        var file = Load(zip);

        Assert.All(expected.Tensors, tensor => Assert.Equal(tensor.Value.Bytes.ToArray(), file.Tensors[tensor.Key].Bytes.ToArray()));
        Refuses(
            new ZipWriter().Add("a/data.pkl", TorchFiles.SampleStateDict(false).ToArray()).Add("a/byteorder", "pdp"u8.ToArray()).ToArray(), "'pdp'");
    }

    [Fact]
    public void ReadsUntypedStoragesOfNewerVersions()
    {
        var pickle = TorchFiles.Single(p => p
            .Global("torch._utils", "_rebuild_tensor_v3").Mark()
            .Mark().Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Int(8).Tuple().Op('Q')
            .Int(1).IntTuple(3).IntTuple(1).Bool(false).OrderedDict().Global("torch", "uint16").Tuple().Reduce());

        var tensor = Load(TorchFiles.Zip(pickle, ("0", MemoryMarshal.AsBytes<ushort>([1, 2, 3, 65535]).ToArray()))).Tensors["weight"];

        Assert.Equal(TensorElementType.UInt16, tensor.ElementType);
        Assert.Equal([2.0, 3, 65535], tensor.ToDouble());
        Refuses(
            TorchFiles.Zip(
                TorchFiles.Single(p => p
                    .Global("torch._utils", "_rebuild_tensor_v3").Mark()
                    .Mark().Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Int(8).Tuple().Op('Q')
                    .Int(0).IntTuple(1).IntTuple(1).Bool(false).OrderedDict().Global("torch", "complex64").Tuple().Reduce()),
                ("0", new byte[8])),
            "torch.complex64");
        Refuses(
            TorchFiles.Zip(TorchFiles.Single(p => p.Tensor("ComplexFloatStorage", "0", 1, 0, [1], [1])), ("0", new byte[8])),
            "element type torch.ComplexFloatStorage is not supported");
    }

    [Fact]
    public void ReadsViewStoragesOfOldLegacyFiles()
    {
        var pickle = TorchFiles.Single(p => p
            .Global("torch._utils", "_rebuild_tensor").Mark()
            .Mark().Text("storage").Global("torch", "FloatStorage").Text("9").Text("cuda:0").Int(6)
            .Mark().Text("view").Int(2).Int(3).Tuple().Tuple().Op('Q')
            .Int(1).IntTuple(2).IntTuple(1).Tuple().Reduce());

        var file = Load(TorchFiles.Legacy(pickle, ("9", 6, TorchFiles.Bytes(0, 1, 2, 3, 4, 5))));

        Assert.Equal([3f, 4f], file.Tensors["weight"].ToSingle());
    }

    [Fact]
    public void SharesMemoryOnlyWhereATensorIsItsWholeStorage()
    {
        var pickle = new PickleWriter().Proto().EmptyDict().Mark()
            .Text("a").Tensor("FloatStorage", "0", 4, 0, [4], [1])
            .Text("tied").Tensor("FloatStorage", "0", 4, 0, [2, 2], [2, 1])
            .Text("part").Tensor("FloatStorage", "0", 4, 1, [2], [1])
            .Text("row").Tensor("FloatStorage", "0", 4, 0, [1, 4], [99, 1])
            .SetItems().Stop();

        var file = Load(TorchFiles.Zip(pickle, ("0", TorchFiles.Bytes(1, 2, 3, 4))));

        Assert.True(file.Tensors["a"].Bytes.Span.Overlaps(file.Tensors["tied"].Bytes.Span));
        Assert.True(file.Tensors["a"].Bytes.Span.Overlaps(file.Tensors["row"].Bytes.Span));
        Assert.False(file.Tensors["a"].Bytes.Span.Overlaps(file.Tensors["part"].Bytes.Span));
        Assert.Equal([2f, 3f], file.Tensors["part"].ToSingle());
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("model")]
    [InlineData("net")]
    [InlineData("weights")]
    public void DescendsIntoTheNetworksDictionary(string container)
    {
        var pickle = new PickleWriter().Proto().EmptyDict().Mark()
            .Text("epoch").Int(90)
            .Text("arch").Text("resnet18")
            .Text("lr").Double(0.1)
            .Text("ema").Bool(true)
            .Text("optimizer").EmptyDict().Mark().Text("state").EmptyDict().Mark().Int(0).Tensor("FloatStorage", "1", 1, 0, [1], [1]).SetItems().SetItems()
            .Text(container).OrderedDict().Mark().Text("w").Tensor("FloatStorage", "0", 1, 0, [1], [1]).SetItems()
            .SetItems().Stop();

        // The optimiser's storage is not even in the file.
        var file = Load(TorchFiles.Zip(pickle, ("0", TorchFiles.Bytes(4))));

        Assert.Equal(["w"], file.Tensors.Keys);
        Assert.Equal("90", file.Metadata["epoch"]);
        Assert.Equal("resnet18", file.Metadata["arch"]);
        Assert.Equal("0.1", file.Metadata["lr"]);
        Assert.Equal("true", file.Metadata["ema"]);
    }

    [Fact]
    public void PassesOverOptimiserStorageInLegacyFiles()
    {
        var pickle = new PickleWriter().Proto().EmptyDict().Mark()
            .Text("optimizer").EmptyDict().Mark().Text("m").Tensor("FloatStorage", "1", 3, 0, [3], [1], isLegacy: true).SetItems()
            .Text("state_dict").EmptyDict().Mark().Text("w").Tensor("FloatStorage", "0", 1, 0, [1], [1], isLegacy: true).SetItems()
            .SetItems().Stop();

        var file = Load(TorchFiles.Legacy(pickle, ("1", 3, TorchFiles.Bytes(7, 8, 9)), ("0", 1, TorchFiles.Bytes(4))));

        Assert.Equal([4f], file.Tensors["w"].ToSingle());
    }

    [Fact]
    public void WhatIsPassedOverTakesNoMemory()
    {
        var pickle = new PickleWriter().Proto().EmptyDict().Mark()
            .Text("optimizer").EmptyDict().Mark().Text("m").Tensor("ByteStorage", "1", 8 << 20, 0, [8 << 20], [1], isLegacy: true).SetItems()
            .Text("state_dict").EmptyDict().Mark().Text("w").Tensor("FloatStorage", "0", 1, 0, [1], [1], isLegacy: true).SetItems()
            .SetItems().Stop();
        var bytes = TorchFiles.Legacy(pickle, ("1", 8 << 20, new byte[8 << 20]), ("0", 1, TorchFiles.Bytes(4)));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal([4f], Load(bytes).Tensors["w"].ToSingle());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    [Fact]
    public void FlattensOtherNestingToDottedNames()
    {
        var pickle = new PickleWriter().Proto().EmptyDict().Mark()
            .Text("encoder").EmptyDict().Mark().Text("w").Tensor("FloatStorage", "0", 1, 0, [1], [1]).Int(3).Tensor("FloatStorage", "0", 1, 0, [1], [1]).SetItems()
            .Text("heads").Op(']').Mark().Tensor("FloatStorage", "0", 1, 0, [1], [1]).None().Op('e')
            .SetItems().Stop();

        Assert.Equal(["encoder.w", "encoder.3", "heads.0"], Load(TorchFiles.Zip(pickle, ("0", TorchFiles.Bytes(4)))).Tensors.Keys);
    }

    [Fact]
    public void ReadsASingleTensor()
    {
        var pickle = new PickleWriter().Proto().Tensor("FloatStorage", "0", 1, 0, [], []).Stop();

        Assert.Equal([4f], Load(TorchFiles.Zip(pickle, ("0", TorchFiles.Bytes(4)))).Tensors["tensor"].ToSingle());
    }

    [Fact]
    public void RefusesAmbiguousAndEmptyContent()
    {
        var ambiguous = new PickleWriter().Proto().EmptyDict().Mark()
            .Text("a.b").Tensor("FloatStorage", "0", 1, 0, [1], [1])
            .Text("a").EmptyDict().Mark().Text("b").Tensor("FloatStorage", "0", 1, 0, [1], [1]).SetItems()
            .SetItems().Stop();

        Refuses(TorchFiles.Zip(ambiguous, ("0", TorchFiles.Bytes(4))), "two tensors have the name 'a.b'");
        Refuses(TorchFiles.Zip(new PickleWriter().Proto().EmptyDict().Stop()), "without any tensor");
        Refuses(TorchFiles.Zip(new PickleWriter().Proto().None().Stop()), "without any tensor");
        var conflicting = new PickleWriter().Proto().EmptyDict().Mark()
            .Text("a").Tensor("FloatStorage", "0", 2, 0, [1], [1])
            .Text("b").Tensor("IntStorage", "0", 2, 0, [1], [1])
            .SetItems().Stop();
        Refuses(TorchFiles.Zip(conflicting, ("0", new byte[8])), "two different ways");
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("<!DOCTYPE html><html>not found</html>", "web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00", "Git LFS")]
    [InlineData("\u001f\u008babcdefgh", "gzip")]
    [InlineData("\u0089HDF\r\n\u001a\n", "HDF5")]
    [InlineData("\u0093NUMPY\u0001", "NumPy")]
    [InlineData("nonsense, really", "neither a safetensors file nor a PyTorch checkpoint")]
    public void ExplainsWhatAFileIsInstead(string content, string explanation) =>
        Refuses(content.Select(character => (byte)character).ToArray(), explanation);

    [Fact]
    public void ExplainsTarCheckpoints()
    {
        var bytes = new byte[1024];
        "ustar"u8.CopyTo(bytes.AsSpan(257));

        Refuses(bytes, "tar archive");
    }

    [Fact]
    public void TheSuffixDecidesWhatAFileWasMeantToBe()
    {
        var bytes = new byte[64];
        var exception = Assert.Throws<WeightsFormatException>(() => WeightsFile.Load(new MemoryStream(bytes), "x.safetensors"));

        Assert.Contains("safetensors header", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFileIsAnOrdinaryError() => Assert.Throws<FileNotFoundException>(() => WeightsFile.Load(Path.Combine(Path.GetTempPath(), "no-such-file.pth")));

    private static void Refuses(byte[] bytes, string explanation)
    {
        var exception = Assert.Throws<WeightsFormatException>(() => Load(bytes));
        Assert.Contains(explanation, exception.Message, StringComparison.Ordinal);
        Assert.Contains("'test.pth", exception.Message, StringComparison.Ordinal);
        Assert.Equal("test.pth", exception.FileName);
    }

    private static byte[] Reversed(byte[] bytes, int sizeBytes) => [.. bytes.Chunk(sizeBytes).SelectMany(chunk => chunk.Reverse())];

    private static WeightsFile Load(byte[] bytes) => WeightsFile.Load(new MemoryStream(bytes), "test.pth");
}
