using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Numpy;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Numpy;

/// <summary>Damaged files and files made to do harm: only the documented exception, never a wrong value, never much memory.</summary>
public sealed class HostileFileTests
{
    private const int Flips = 4000;

    [Fact]
    public void A_shape_larger_than_the_entry_takes_no_memory()
    {
        // The header asks for 2 GB; the entry holds 8 bytes.
        var bomb = NpyBuilder.Create("|u1", [2000000000], new byte[8]);
        AssertRefusedCheaply(ZipBuilder.CreateNpz(true, ("a", bomb)), "calls for");
    }

    [Fact]
    public void An_entry_that_claims_more_than_deflate_can_pack_takes_no_memory()
    {
        // Header and directory agree on 2 GB, but no run of a few hundred bytes unpacks to that.
        var bomb = NpyBuilder.Create("|u1", [2000000000], new byte[8]);
        AssertRefusedCheaply(new ZipBuilder().Add("a.npy", bomb, true, declaredSize: 2000000000u + 128).ToArray(), "cannot be");
        AssertRefusedCheaply(new ZipBuilder().Add("a.npy", bomb, true, declaredSize: 2000000000u + 128, declaredCompressedSize: 0x7FFFFFFF).ToArray(), "cannot be");
    }

    [Fact]
    public void A_true_bomb_is_stopped_by_the_limit()
    {
        // 64 MB of zeros in 64 kB, correct in every respect.
        var bomb = ZipBuilder.CreateNpz(true, ("a", NpyBuilder.Create("|u1", [1 << 26], new byte[1 << 26])));
        Assert.InRange(bomb.Length, 1, 100_000);
        using var folder = new TemporaryFolder();
        var path = folder.Write("bomb.npz", bomb);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ImageFormatException>(() => NpzFile.Open(path, 1 << 20));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        using var file = NpzFile.Open(path);
        Assert.Equal(1 << 26, file.Read("a").Length);
    }

    [Fact]
    public void An_entry_that_unpacks_to_more_than_it_says_is_refused()
    {
        // The array header and the directory say 100 values, 10,000 come out.
        var honest = NpyBuilder.Create("|u1", [100], new byte[10000]);
        using var folder = new TemporaryFolder();
        using var file = NpzFile.Open(folder.Write("a.npz", new ZipBuilder().Add("a.npy", honest, true, declaredSize: (uint)(honest.Length - 9900)).ToArray()));
        var error = Assert.Throws<ImageFormatException>(() => file.Read("a"));
        Assert.Contains("checksum", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_bit_anywhere_in_an_archive_gives_the_documented_error_or_the_true_values(bool deflate)
    {
        (string Name, byte[] Array)[] arrays =
        [
            ("images", NpyBuilder.CreateBytes(4, 5, 5)),
            ("labels", NpyBuilder.Create("<i8", [4], [.. new long[] { 1, 0, 1, 2 }.SelectMany(BitConverter.GetBytes)])),
            ("names", NpyBuilder.Create("|S3", [2], "onetwo"u8.ToArray())),
        ];
        var sound = ZipBuilder.CreateNpz(deflate, arrays);
        var expected = arrays.ToDictionary(a => a.Name, a => Describe(NpyArrayTests.Read(a.Array)));
        var random = new Random(deflate ? 11 : 12);
        using var folder = new TemporaryFolder();
        var refused = 0;
        for (var i = 0; i < Flips; i++)
        {
            var damaged = (byte[])sound.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            refused += ReadAll(folder.Write("a.npz", damaged), expected);
        }

        // Some bits carry nothing (dates, host system), so not every flip can be noticed; most must be.
        Assert.InRange(refused, Flips / 2, Flips);
    }

    [Fact]
    public void An_archive_cut_at_any_length_gives_the_documented_error()
    {
        var sound = ZipBuilder.CreateNpz(true, ("images", NpyBuilder.CreateBytes(4, 5, 5)), ("labels", NpyBuilder.CreateBytes(4)));
        using var folder = new TemporaryFolder();
        for (var length = 0; length < sound.Length; length++)
        {
            Assert.Throws<ImageFormatException>(() => NpzFile.Open(folder.Write("a.npz", sound[..length])).Dispose());
        }
    }

    [Fact]
    public void A_damaged_array_gives_the_documented_error_or_an_array_within_its_bounds()
    {
        byte[][] sound =
        [
            NpyBuilder.CreateBytes(4, 5, 5),
            NpyBuilder.Create(">U2", [3], new byte[24], version: 3),
            NpyBuilder.Create("<f4", [2, 3], new byte[24], fortranOrder: true, version: 2),
        ];
        var random = new Random(13);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Flips; i++)
        {
            var damaged = (byte[])sound[i % sound.Length].Clone();
            for (var flip = random.Next(3); flip >= 0; flip--)
            {
                damaged[random.Next(80)] ^= (byte)(1 << random.Next(8));
            }

            damaged = random.Next(4) == 0 ? damaged[..random.Next(damaged.Length)] : damaged;
            try
            {
                Assert.InRange(NpyArrayTests.Read(damaged).Length, 0, damaged.Length);
            }
            catch (ImageFormatException)
            {
                // The documented outcome.
            }
        }

        // A few kilobytes each: nothing was allocated from a length that the file could not back.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Flips * 32_000L);
    }

    private static void AssertRefusedCheaply(byte[] archive, string problem)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("bomb.npz", archive);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using (var file = NpzFile.Open(path))
        {
            var error = Assert.Throws<ImageFormatException>(() => file.Read("a"));
            Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static int ReadAll(string path, Dictionary<string, string> expected)
    {
        try
        {
            using var file = NpzFile.Open(path);
            foreach (var (name, description) in expected)
            {
                Assert.Equal(description, Describe(file.Read(name)));
            }

            return 0;
        }
        catch (ImageFormatException)
        {
            return 1;
        }
    }

    private static string Describe(NpyArray array)
    {
        var values = array.ElementType == NpyElementType.Text ? string.Join(",", array.AsStrings()) : string.Join(",", array.ToDoubles());
        return $"{array.Descriptor} ({string.Join(",", array.Shape)}) {values}";
    }
}
