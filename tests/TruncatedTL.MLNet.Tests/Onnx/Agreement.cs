using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>How far two results differ.</summary>
internal static class Agreement
{
    /// <summary>The largest difference, relative to the largest expected value.</summary>
    public static double Between(IReadOnlyList<float> expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(actual, value => Assert.True(float.IsFinite(value)));
        var largest = expected.Max(value => Math.Abs((double)value));
        var difference = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
        return difference / Math.Max(largest, 1e-6);
    }

    /// <summary>Fails if the results differ by more than <paramref name="tolerance"/>, relative, or are trivially equal.</summary>
    public static void Require(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance = 1e-4)
    {
        var disagreement = Between(expected, actual);
        Assert.True(disagreement <= tolerance, $"The results differ by {disagreement:0.0e0}, relative; {tolerance:0.0e0} is allowed.");
        Assert.True(expected.Any(value => value != 0), "All expected values are 0; the comparison shows nothing.");
    }
}
