using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>A damaged file may end in a typed error or in a patch that sets flag bits only; in nothing else.</summary>
public class ElfMutationTests
{
    private static readonly HashSet<string> Versions = ["GLIBCXX_3.4.32"];

    [Fact]
    public void EveryTruncation_IsRefused()
    {
        var image = SyntheticElf.LikeLibTorchSharp().Build();

        for (var length = 0; length < image.Length; length++)
        {
            Assert.Throws<ElfFormatException>(() => ElfSymbolVersionPatch.Weaken(image[..length], Versions));
        }
    }

    [Fact]
    public void EveryByteSetToEachExtreme_GivesATypedErrorOrAPatch()
    {
        var image = BuildRich();
        var refused = 0;
        for (var offset = 0; offset < image.Length; offset++)
        {
            foreach (var value in new byte[] { 0x00, 0x01, 0x7f, 0x80, 0xff, (byte)(image[offset] + 1), (byte)(image[offset] - 1) })
            {
                var mutant = (byte[])image.Clone();
                mutant[offset] = value;
                refused += Exercise(mutant) ? 0 : 1;
            }
        }

        // Some hundred bytes are offsets, counts and sizes: were none of them checked, none would be refused.
        Assert.True(refused > 200, $"Only {refused} damaged files were refused.");
    }

    [Fact]
    public void ThousandsOfRandomMutations_GiveATypedErrorOrAPatch()
    {
        const int Mutants = 20_000;
        var image = BuildRich();
        var random = new Random(20240611);
        var refused = 0;
        for (var i = 0; i < Mutants; i++)
        {
            var mutant = (byte[])image.Clone();
            for (var j = random.Next(1, 9); j > 0; j--)
            {
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            }

            refused += Exercise(mutant) ? 0 : 1;
        }

        Assert.InRange(refused, Mutants / 100, Mutants - 1);
    }

    [Fact]
    public void ThousandsOfRandomWords_GiveATypedErrorOrAPatch()
    {
        const int Mutants = 20_000;
        var image = BuildRich();
        var random = new Random(4711);
        uint[] words = [0, 1, 15, 16, 24, (uint)image.Length, (uint)image.Length - 1, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];
        for (var i = 0; i < Mutants; i++)
        {
            var mutant = (byte[])image.Clone();
            var offset = random.Next(mutant.Length / 4) * 4;
            BitConverter.TryWriteBytes(mutant.AsSpan(offset), words[random.Next(words.Length)]);
            Exercise(mutant);
        }
    }

    [Fact]
    public void RandomBytesBehindAnElfSignature_AreRefused()
    {
        var random = new Random(99);
        for (var i = 0; i < 2_000; i++)
        {
            var noise = new byte[random.Next(4, 512)];
            random.NextBytes(noise);
            "\u007fELF"u8.CopyTo(noise);
            Assert.Throws<ElfFormatException>(() => ElfSymbolVersionPatch.Weaken(noise, Versions));
        }
    }

    private static byte[] BuildRich() => SyntheticElf.LikeLibTorchSharp().Define("V1").Define("V2").Build();

    /// <summary>Runs every reader; any exception but the typed ones fails the test. Whether the patch was made.</summary>
    private static bool Exercise(byte[] mutant)
    {
        try
        {
            var result = ElfSymbolVersionPatch.Weaken(mutant, Versions);
            var file = ElfFile.Parse(mutant);
            ElfVersionTables.ReadDefinitions(file);
            ElfVersionTables.ReadRelocatedImports(file);
            Assert.Equal(
                result.Weakened.Select(need => need.FlagsOffset).Distinct().Count(),
                ElfSymbolVersionPatchTests.CountDifferingBits(mutant, result.Image));
            return true;
        }
        catch (Exception error) when (error is ElfFormatException or ElfVersionInUseException)
        {
            return false;
        }
    }
}
