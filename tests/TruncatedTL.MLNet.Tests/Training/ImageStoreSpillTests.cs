using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

/// <summary>Images beyond the memory limit lie in a file, and nobody notices.</summary>
public sealed class ImageStoreSpillTests
{
    private static readonly int[] Shape = [1, 4, 5];

    /// <summary>Values by the type that an image needs: bytes, words or singles.</summary>
    private static float[] Image(int seed, int type)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 20).Select(_ => type switch
        {
            0 => random.Next(256),
            1 => random.Next(65536),
            _ => (float)random.NextDouble() * 100 - 50,
        })];
    }

    [Property(MaxTest = 100)]
    public Property A_store_on_disk_gives_what_a_store_in_memory_gives() => Prop.ForAll(
        Gen.Choose(0, 2).NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary(),
        Gen.Choose(0, 400).ToArbitrary(),
        (types, limit) =>
        {
            var inMemory = new ImageStore(Shape);
            var onDisk = new ImageStore(Shape) { MemoryLimit = limit };
            for (var i = 0; i < types.Length; i++)
            {
                inMemory.Append(Image(i, types[i]));
                onDisk.Append(Image(i, types[i]));
            }

            Assert.False(inMemory.IsOnDisk);
            Assert.True(onDisk.IsOnDisk);
            Assert.Equal(0, onDisk.CapacityBytes);
            Assert.Equal(inMemory.Count, onDisk.Count);
            Assert.Equal(inMemory.ElementType, onDisk.ElementType);
            var (expected, actual) = (new float[20], new float[20]);
            var (expectedRaw, actualRaw) = (new byte[80], new byte[80]);
            for (var i = 0; i < types.Length; i++)
            {
                inMemory.CopyTo(i, expected);
                onDisk.CopyTo(i, actual);
                Assert.Equal(expected, actual);
                inMemory.CopyRaw(i, expectedRaw);
                onDisk.CopyRaw(i, actualRaw);
                Assert.Equal(expectedRaw, actualRaw);
            }
        });

    [Fact]
    public void Bytes_are_read_as_bytes()
    {
        var store = new ImageStore(Shape) { MemoryLimit = 0 };
        store.Append(Enumerable.Range(0, 20).Select(i => (byte)(i * 12)).ToArray());
        store.Append(Enumerable.Range(0, 20).Select(i => (byte)(255 - i)).ToArray());
        var bytes = new byte[20];
        store.CopyTo(1, bytes);
        Assert.Equal(236, bytes[19]);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.CopyTo(2, bytes));
    }

    [Fact]
    public void Several_threads_read_at_a_time()
    {
        var store = new ImageStore(Shape) { MemoryLimit = 0 };
        for (var i = 0; i < 500; i++)
        {
            store.Append(Image(i, type: 1));
        }

        Parallel.For(0, 500, i =>
        {
            var pixels = new float[20];
            store.CopyTo(i, pixels);
            Assert.Equal(Image(i, type: 1), pixels);
        });
    }

    [Fact]
    public void Nothing_is_left_in_the_folder()
    {
        using var folder = new TemporaryFolder();
        var store = new ImageStore(Shape) { MemoryLimit = 0, SpillFolder = folder.FullName };
        store.Append(Image(1, type: 2));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Empty(Directory.GetFiles(folder.FullName));
        }
    }

    [Fact]
    public void A_file_of_another_length_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullName, "images.raw");
        File.WriteAllBytes(path, new byte[39]);
        Assert.Contains("39 bytes", Assert.Throws<InvalidDataException>(() => ImageFile.Open(path, 20, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_short_later_is_an_error_not_a_crash()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullName, "images.raw");
        File.WriteAllBytes(path, new byte[40]);
        using var file = ImageFile.Open(path, 20, 2);
        var store = ImageStore.FromFile(file, ImageElementType.Byte, Shape);
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(30);
        }

        Assert.Throws<EndOfStreamException>(() => store.CopyTo(1, new byte[20]));
    }
}
