using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

public sealed class OwnMethodTests
{
    [Fact]
    public void A_method_of_ones_own_searches_like_the_librarys()
    {
        var evidence = ResNet50Ladder.Evidence(name => ResNet50Ladder.Cut(name) >= 15 ? 0.8 : 0.6);
        Assert.Equal(
            ["k17 @end Search", "k16 @end Search", "k15 @end Search", "k14 @end Search", "k15"],
            ResNet50Ladder.Trace(new TopDownSearch(), evidence));
        Assert.Equal("TopDown", new TopDownSearch().ToString());
        Assert.Throws<FormatException>(() => SearchMethod.Parse("TopDown"));
    }

    [Fact]
    public void It_is_the_one_that_the_documentation_shows()
    {
        var folder = RepositoryFiles.Root;
        var code = File.ReadAllText(Path.Combine(folder, "tests", "TruncatedTL.MLNet.Tests", "Search", "TopDownSearch.cs"));
        var example = code[code.IndexOf("public sealed class", StringComparison.Ordinal)..].Trim();
        Assert.Contains(example, File.ReadAllText(Path.Combine(folder, "docs", "choosing-a-cut.md")), StringComparison.Ordinal);
    }
}
