using TruncatedTL.MLNet.Search;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

public sealed class SearchMethodTextTests
{
    public static TheoryData<SearchMethod, string> Written => new()
    {
        { SearchMethod.Guided(), "Guided" },
        { new GuidedSearch { ShortEpochs = 5, Neighbours = true, TrainControl = false, CompareAll = false }, "Guided(shortEpochs=5, trainControl=false, compareAll=false, neighbours=true)" },
        { SearchMethod.TwoStage(), "TwoStage" },
        { new TwoStageSearch { WithinTolerance = true }, "TwoStage(withinTolerance=true)" },
        { new ExhaustiveSearch { WithinTolerance = true }, "Exhaustive(withinTolerance=true)" },
        { SearchMethod.SuccessiveHalving(), "SuccessiveHalving(start=3, eta=3)" },
        { new SuccessiveHalvingSearch { Start = 1, Eta = 2, TrainControl = false, CompareAll = false }, "SuccessiveHalving(start=1, eta=2, trainControl=false, compareAll=false)" },
        { SearchMethod.Fixed("Truncated(layer3.1)", "TransFusion(layer3.1, slim=2)"), "Fixed(Truncated(layer3.1), TransFusion(layer3.1, slim=2))" },
        { SearchMethod.Fixed("a, b", "say \"c\"", "d)", "e = f"), "Fixed(\"a, b\", \"say \"\"c\"\"\", \"d)\", e = f)" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Every_method_can_be_written_and_read_back(SearchMethod method, string text)
    {
        Assert.Equal(text, method.ToString());
        var read = SearchMethod.Parse(text);
        Assert.IsType(method.GetType(), read);
        Assert.Equal(text, read.ToString());
        Assert.Equal((method as FixedSearch)?.Candidates, (read as FixedSearch)?.Candidates);
    }

    [Theory]
    [InlineData(" guided ( NEIGHBOURS = True ) ", "Guided(neighbours=true)")]
    [InlineData("SuccessiveHalving", "SuccessiveHalving(start=3, eta=3)")]
    [InlineData("successivehalving(eta=4)", "SuccessiveHalving(start=3, eta=4)")]
    [InlineData("TwoStage()", "TwoStage")]
    [InlineData("Fixed(say \"x\", Truncated(\"y, z\"))", "Fixed(\"say \"\"x\"\"\", \"Truncated(\"\"y, z\"\")\")")]
    public void What_people_write_is_understood(string text, string method) => Assert.Equal(method, SearchMethod.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("Random")]
    [InlineData("Guided(")]
    [InlineData("Guided)")]
    [InlineData("Guided(shortEpochs)")]
    [InlineData("Guided(shortEpochs=many)")]
    [InlineData("Guided(shortEpochs=3, shortEpochs=4)")]
    [InlineData("Guided(neighbours=2)")]
    [InlineData("Guided(eta=3)")]
    [InlineData("TwoStage(,)")]
    [InlineData("Fixed")]
    [InlineData("Fixed(\"a)")]
    [InlineData("Fixed(a))")]
    [InlineData("Fixed(\"a\" b)")]
    public void What_is_no_method_is_refused_with_what_can_be_written(string text)
    {
        var error = Assert.Throws<FormatException>(() => SearchMethod.Parse(text));
        Assert.Contains("SuccessiveHalving(start=3, eta=3)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_out_of_range_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SearchMethod.Parse("SuccessiveHalving(eta=1)"));
        Assert.Throws<ArgumentOutOfRangeException>(() => SearchMethod.Parse("Guided(shortEpochs=0)"));
        Assert.Throws<ArgumentNullException>(() => SearchMethod.Parse(null!));
    }
}
