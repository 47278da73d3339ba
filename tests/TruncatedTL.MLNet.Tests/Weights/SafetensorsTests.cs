using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class SafetensorsTests
{
    [Property(Arbitrary = [typeof(WeightsFileGenerator)], MaxTest = 300, Replay = "20240607,1234567891")]
    public void RoundTripKeepsEverything(WeightsFile file)
    {
        var back = Load(Save(file));

        Assert.Equal(file.Tensors.Keys, back.Tensors.Keys);
        Assert.Equal(file.Metadata, back.Metadata);
        Assert.Equal(file.Metadata.Keys, back.Metadata.Keys);
        foreach (var (name, tensor) in file.Tensors)
        {
            Assert.Equal(tensor.ElementType, back.Tensors[name].ElementType);
            Assert.Equal(tensor.Shape, back.Tensors[name].Shape);
            Assert.Equal(tensor.Bytes.ToArray(), back.Tensors[name].Bytes.ToArray());
        }
    }

    [Property(Arbitrary = [typeof(WeightsFileGenerator)], MaxTest = 100, Replay = "20240608,1234567891")]
    public void SameInputGivesSameBytes(WeightsFile file) => Assert.Equal(Save(file), Save(Load(Save(file))));

    [Property(Arbitrary = [typeof(WeightsFileGenerator)], MaxTest = 100, Replay = "20240609,1234567891")]
    public void DataIsAligned(WeightsFile file)
    {
        var bytes = Save(file);

        Assert.Equal(0, (8 + BinaryPrimitives.ReadInt64LittleEndian(bytes)) % 8);
        foreach (var (begin, elementSizeBytes) in Begins(bytes))
        {
            Assert.Equal(0, begin % elementSizeBytes);
        }
    }

    [Fact]
    public void WritesTheDocumentedLayout()
    {
        var file = new WeightsFile(
            new OrderedDictionary<string, TensorData>
            {
                ["flag"] = new(TensorElementType.Bool, [1], new byte[] { 1 }),
                ["w"] = TensorData.FromSingle([1, 2], [1f, -2f]),
            },
            new Dictionary<string, string> { ["format"] = "pt" });

        var bytes = Save(file);

        const string Header =
            """{"__metadata__":{"format":"pt"},"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(Header, Encoding.UTF8.GetString(bytes, 8, headerLength).TrimEnd(' '));
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 1], bytes[(8 + headerLength)..]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}""", 9, "unused bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""", 4, "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "begin and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "begin and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "non-negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4, "non-negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}""", 4, "non-negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "array")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "'F8_E4M3'")]
    [InlineData("""{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "lacks")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "repeated field")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "'x'")]
    [InlineData("""{"a":[]}""", 0, "object for tensor 'a'")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "a string for 'a'")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "twice")]
    [InlineData("""{"__metadata__":"x"}""", 0, "__metadata__")]
    [InlineData("""{"__metadata__":{"a":{"b":"c"}}}""", 0, "a string for 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}""", 4, "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", 4, "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],/**/"data_offsets":[0,4]}}""", 4, "JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offs""", 4, "JSON")]
    [InlineData("""{{{{{{{{{{{{{{{{""", 0, "JSON")]
    public void RefusesInvalidHeaders(string header, int dataBytes, string explanation)
    {
        var exception = Assert.Throws<WeightsFormatException>(() => Load(File(header, new byte[dataBytes])));

        Assert.Contains("'test.safetensors'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(explanation, exception.Message, StringComparison.Ordinal);
        Assert.Equal("test.safetensors", exception.FileName);
        Assert.NotNull(exception.ByteOffset);
    }

    [Fact]
    public void RefusesInvalidUtf8InHeader()
    {
        var bytes = File("""{"a?":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4]);
        bytes[11] = 0xFF;

        Assert.Contains("JSON", Assert.Throws<WeightsFormatException>(() => Load(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(1000UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    public void RefusesHeaderLengthsBeforeAllocating(ulong claimed)
    {
        var bytes = File("{}", []);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, claimed);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var exception = Assert.Throws<WeightsFormatException>(() => Load(bytes));

        Assert.Contains(claimed.ToString(System.Globalization.CultureInfo.InvariantCulture), exception.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void ReadsAnEmptyFileAndKeepsHeaderOrder()
    {
        Assert.Empty(Load(File("{}", [])).Tensors);

        var file = Load(File(
            """{"z":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"e":{"dtype":"F64","shape":[0],"data_offsets":[2,2]}}   """,
            [7, 9]));
        Assert.Equal(["z", "a", "e"], file.Tensors.Keys);
        Assert.Equal([9f], file.Tensors["z"].ToSingle());
        Assert.Equal([7f], file.Tensors["a"].ToSingle());
        Assert.Empty(file.Tensors["e"].ToSingle());
    }

    [Fact]
    public void RefusesNamesThatTheFormatCannotHold()
    {
        Assert.Throws<WeightsException>(() => Save(FileWith("__metadata__", TensorData.FromSingle([], [1]))));
        Assert.Throws<WeightsException>(() => Save(FileWith("half \ud83d pair", TensorData.FromSingle([], [1]))));
    }

    [Fact]
    public void SavingReplacesTheFileAndLeavesNothingBeside()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("w.safetensors");
        System.IO.File.WriteAllText(path, "old");
        var file = FileWith("w", TensorData.FromSingle([2], [1, 2]));

        file.SaveSafetensors(path);

        Assert.Equal([1f, 2f], WeightsFile.Load(path).Tensors["w"].ToSingle());
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.FullName));
        Assert.Equal(Save(file), System.IO.File.ReadAllBytes(path));
    }

    [Fact]
    public void AFileCanBeSavedOverItself()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("w.safetensors");
        FileWith("w", TensorData.FromSingle([2], [1, 2])).SaveSafetensors(path);
        var before = System.IO.File.ReadAllBytes(path);

        WeightsFile.Load(path).SaveSafetensors(path);

        Assert.Equal(before, System.IO.File.ReadAllBytes(path));
    }

    [Fact]
    public void FailureWhileWritingLeavesTheOldFileAndNoOther()
    {
        using var folder = new TemporaryFolder();
        using var broken = new FailingMemory(16);
        var path = folder.PathOf("w.safetensors");
        FileWith("w", TensorData.FromSingle([2], [1, 2])).SaveSafetensors(path);
        var before = System.IO.File.ReadAllBytes(path);
        var file = new WeightsFile(new OrderedDictionary<string, TensorData>
        {
            ["fine"] = TensorData.FromSingle([4096], new float[4096]),
            ["broken"] = new(TensorElementType.UInt8, [16], broken.Memory),
        });

        Assert.Throws<IOException>(() => file.SaveSafetensors(path));

        Assert.Equal(before, System.IO.File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.FullName));
    }

    [Fact]
    public void FailureToReplaceLeavesNoTemporaryFile()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("occupied");
        Directory.CreateDirectory(path);

        Assert.ThrowsAny<Exception>(() => FileWith("w", TensorData.FromSingle([], [1])).SaveSafetensors(path));

        Assert.Equal([path], Directory.GetFileSystemEntries(folder.FullName));
    }

    [Fact]
    public void ReadsFromTheStreamsPositionAndFromStreamsThatCannotSeek()
    {
        var bytes = Save(FileWith("w", TensorData.FromSingle([], [3])));
        var stream = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };

        Assert.Equal([3f], WeightsFile.Load(stream).Tensors["w"].ToSingle());
        using var pipe = new System.IO.Compression.BrotliStream(Compress(bytes), System.IO.Compression.CompressionMode.Decompress);
        Assert.Equal([3f], WeightsFile.Load(pipe).Tensors["w"].ToSingle());
    }

    [SkippableFact]
    public void ReadsTheReferenceResNet18AndWritesItBack()
    {
        var path = RepositoryFiles.RequireShared("weights", "resnet18_tiny_imagenet_64.safetensors");

        var file = WeightsFile.Load(path);

        Assert.Equal(122, file.Tensors.Count);
        Assert.Equal("conv1.weight", file.Tensors.Keys.First());
        Assert.Equal([64, 3, 7, 7], file.Tensors["conv1.weight"].Shape);
        Assert.Equal([200, 512], file.Tensors["fc.weight"].Shape);
        Assert.Equal(TensorElementType.Int64, file.Tensors["bn1.num_batches_tracked"].ElementType);
        Assert.Empty(file.Metadata);
        Assert.All(file.Tensors.Values, tensor => Assert.True(tensor.ToSingle().All(float.IsFinite)));
        var back = Load(Save(file));
        Assert.Equal(file.Tensors.Keys, back.Tensors.Keys);
        Assert.All(file.Tensors, tensor => Assert.True(tensor.Value.Bytes.Span.SequenceEqual(back.Tensors[tensor.Key].Bytes.Span)));
    }

    private static MemoryStream Compress(byte[] bytes)
    {
        var target = new MemoryStream();
        using (var brotli = new System.IO.Compression.BrotliStream(target, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(bytes);
        }

        target.Position = 0;
        return target;
    }

    private static WeightsFile FileWith(string name, TensorData tensor) => new(new Dictionary<string, TensorData> { [name] = tensor });

    private static byte[] Save(WeightsFile file)
    {
        using var stream = new MemoryStream();
        file.SaveSafetensors(stream);
        return stream.ToArray();
    }

    private static WeightsFile Load(byte[] bytes) => WeightsFile.Load(new MemoryStream(bytes), "test.safetensors");

    private static byte[] File(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    private static IEnumerable<(long Begin, int ElementSizeBytes)> Begins(byte[] bytes)
    {
        var header = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes)));
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            var digits = string.Concat(entry.Value.GetProperty("dtype").GetString()!.Where(char.IsDigit));
            var sizeBytes = digits.Length == 0 ? 1 : int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) / 8;
            yield return (entry.Value.GetProperty("data_offsets")[0].GetInt64(), sizeBytes);
        }
    }

    private sealed class FailingMemory(int length) : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(length);

        public override Span<byte> GetSpan() => throw new IOException("The disk is gone.");

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
