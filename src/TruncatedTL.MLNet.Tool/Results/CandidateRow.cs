using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;

namespace TruncatedTL.MLNet.Tool.Results;

/// <summary>What came of one candidate. The choice was made on <paramref name="Score"/>; test figures are for the reader.</summary>
internal sealed record CandidateRow(
    string Name,
    TrialState State,
    double? Score,
    MetricEstimate? Test,
    long ParameterCount,
    long MacCount,
    double? MillisecondsPerImage,
    int Epochs,
    double Seconds,
    bool IsWinner)
{
    /// <summary>Takes over what an experiment says of a candidate.</summary>
    /// <param name="detail">What it says.</param>
    /// <param name="isWinner">Whether the candidate was chosen.</param>
    /// <param name="test">The test figure to show.</param>
    public static CandidateRow Of<TMetrics>(TransferLearningRunDetail<TMetrics> detail, bool isWinner, Func<TMetrics, MetricEstimate> test)
        where TMetrics : class =>
        new(
            detail.Name,
            detail.State,
            detail.Score,
            detail.TestMetrics is { } metrics ? test(metrics) : null,
            detail.ParameterCount,
            detail.MacCount,
            detail.MillisecondsPerImage,
            detail.History.Sum(history => history.Count),
            detail.RuntimeInSeconds,
            isWinner);
}
