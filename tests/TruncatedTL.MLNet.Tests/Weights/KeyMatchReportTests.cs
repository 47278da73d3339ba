using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class KeyMatchReportTests
{
    [Fact]
    public void SummaryShowsCountsAndTheFirstTenNames()
    {
        var report = new KeyMatchReport
        {
            FileName = "net.pth",
            Matched = ["a", "b"],
            Missing = [.. Enumerable.Range(1, 12).Select(i => $"missing{i}")],
            Unexpected = ["odd\u001bname"],
            Misshapen = [new ShapeMismatch("m", [1, 2], [2, 1]), new ShapeMismatch("n", [], [1])],
            Adapted = [new AdaptedTensor("fc.weight", "head replaced"), new AdaptedTensor("fc.bias", "head replaced"), new AdaptedTensor("c", "set to 0")],
            RemovedPrefix = "module.",
            LooksLike = "a ResNet-18",
        };

        const string Expected = """
            Weights of 'net.pth': 2 of 19 tensors matched, 3 adapted, 12 missing, 2 with another shape, 1 unexpected.
              The file's names were read without 'module.'.
              head replaced: fc.weight, fc.bias
              set to 0: c
              Missing (12): missing1, missing2, missing3, missing4, missing5, missing6, missing7, missing8, missing9, missing10 and 2 more
              Another shape (2): m: expected [1, 2], found [2, 1]; n: expected [], found [1]
              Unexpected (1): odd\u001bname
              The file looks like a ResNet-18.
            """;
        Assert.Equal(Expected.ReplaceLineEndings("\n"), report.ToString());
        Assert.False(report.IsComplete);
    }

    [Fact]
    public void AnEmptyReportIsComplete()
    {
        var report = new KeyMatchReport();

        Assert.True(report.IsComplete);
        Assert.Equal("Weights: 0 of 0 tensors matched, 0 adapted, 0 missing, 0 with another shape, 0 unexpected.", report.ToString());
    }

    [Fact]
    public void MismatchExceptionCarriesTheReport()
    {
        var report = new KeyMatchReport();

        Assert.Same(report, new WeightsMismatchException("text", report).Report);
        Assert.Throws<ArgumentNullException>(() => new WeightsMismatchException("text", null!));
    }
}
