using System.Numerics;
using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

public class ElfSymbolVersionPatchTests
{
    private const string UnusedVersion = "GLIBCXX_3.4.32";

    [SkippableFact]
    public void Weaken_RealLibrary_ChangesExactlyOneBit()
    {
        var image = ReadRealLibrary();
        var before = (byte[])image.Clone();

        var result = ElfSymbolVersionPatch.Weaken(image, new HashSet<string> { UnusedVersion });

        var need = Assert.Single(result.Weakened);
        Assert.Equal("libstdc++.so.6", need.Library);
        Assert.Equal(before, image);
        Assert.Equal(1, CountDifferingBits(image, result.Image));
        Assert.Equal(ElfVersionNeed.WeakFlag, image[need.FlagsOffset] ^ result.Image[need.FlagsOffset]);
    }

    [SkippableFact]
    public void Weaken_RealLibraryTwice_ChangesNothingMore()
    {
        var versions = new HashSet<string> { UnusedVersion };
        var once = ElfSymbolVersionPatch.Weaken(ReadRealLibrary(), versions);

        var twice = ElfSymbolVersionPatch.Weaken(once.Image, versions);

        Assert.Empty(twice.Weakened);
        Assert.Equal(once.Image, twice.Image);
    }

    [SkippableFact]
    public void Weaken_RealLibraryVersionThatIsCalled_IsRefused()
    {
        var error = Assert.Throws<ElfVersionInUseException>(
            () => ElfSymbolVersionPatch.Weaken(ReadRealLibrary(), new HashSet<string> { "GLIBCXX_3.4.21" }));

        Assert.Equal("GLIBCXX_3.4.21", error.Version);
        Assert.NotEmpty(error.Symbol);
    }

    [Fact]
    public void Weaken_SeveralVersions_SetsOneBitEach()
    {
        var image = new SyntheticElf()
            .Need("libstdc++.so.6", "A", isUsed: false)
            .Need("libstdc++.so.6", "B", isUsed: true)
            .Need("libother.so.1", "C", isUsed: false)
            .Build();

        var result = ElfSymbolVersionPatch.Weaken(image, new HashSet<string> { "A", "C" });

        Assert.Equal(["A", "C"], result.Weakened.Select(need => need.Version));
        Assert.Equal(2, CountDifferingBits(image, result.Image));
        var needs = ElfVersionTables.ReadNeeds(ElfFile.Parse(result.Image));
        Assert.Equal([("A", true), ("B", false), ("C", true)], needs.Select(need => (need.Version, need.IsWeak)));
    }

    [Fact]
    public void Weaken_VersionThatIsNotListed_ChangesNothing()
    {
        var image = SyntheticElf.LikeLibTorchSharp().Build();

        var result = ElfSymbolVersionPatch.Weaken(image, new HashSet<string> { "GLIBCXX_3.4.99" });

        Assert.Empty(result.Weakened);
        Assert.Equal(image, result.Image);
        Assert.NotSame(image, result.Image);
    }

    [Fact]
    public void Weaken_VersionThatARelocationUses_NamesItsSymbol()
    {
        var image = new SyntheticElf().Need("libstdc++.so.6", UnusedVersion, isUsed: true).Build();

        var error = Assert.Throws<ElfVersionInUseException>(
            () => ElfSymbolVersionPatch.Weaken(image, new HashSet<string> { UnusedVersion }));

        Assert.Equal(SyntheticElf.SymbolOf(UnusedVersion), error.Symbol);
    }

    [Fact]
    public void Weaken_LibraryWithoutVersionTables_ChangesNothing()
    {
        var image = new SyntheticElf().Build();

        Assert.Empty(ElfSymbolVersionPatch.Weaken(image, new HashSet<string> { UnusedVersion }).Weakened);
    }

    [Fact]
    public void ReadDefinitions_ListsWhatALibraryDefines()
    {
        var file = ElfFile.Parse(SyntheticElf.LikeOldLibStdCxx().Build());

        Assert.Equal(["GLIBCXX_3.4.21", "GLIBCXX_3.4.30"], ElfVersionTables.ReadDefinitions(file).Order());
    }

    internal static int CountDifferingBits(byte[] left, byte[] right)
    {
        Assert.Equal(left.Length, right.Length);
        return left.Zip(right, (a, b) => BitOperations.PopCount((uint)(a ^ b))).Sum();
    }

    private static byte[] ReadRealLibrary()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Skip.IfNot(File.Exists(path), "The Linux build of TorchSharp's native library is not beside the tests.");
        return File.ReadAllBytes(path);
    }
}
