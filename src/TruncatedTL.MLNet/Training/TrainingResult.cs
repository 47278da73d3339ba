using System.Globalization;

namespace TruncatedTL.MLNet.Training;

/// <summary>How a training went. The network has the weights of <see cref="BestEpoch"/>.</summary>
public sealed class TrainingResult
{
    internal TrainingResult(
        ValidationMetric metric, bool isOnValidation, StopReason stopReason, string explanation, IReadOnlyList<EpochMetrics> history, double elapsedSeconds, long imagesSeen, NumberFormat numberFormat)
    {
        Metric = metric;
        IsMetricOnValidation = isOnValidation;
        StopReason = stopReason;
        Explanation = explanation;
        History = history;
        ElapsedSeconds = elapsedSeconds;
        ImagesSeen = imagesSeen;
        NumberFormat = numberFormat;
        Best = history.Last(epoch => epoch.IsBest);
    }

    /// <summary>The epoch whose weights the network has.</summary>
    public EpochMetrics Best { get; }

    /// <summary>Number of the epoch whose weights the network has, counted from 1.</summary>
    public int BestEpoch => Best.Epoch;

    /// <summary>The metric by which epochs were compared.</summary>
    public ValidationMetric Metric { get; }

    /// <summary>True if the metric was measured on a validation set; false if it is the training loss, for want of one.</summary>
    public bool IsMetricOnValidation { get; }

    /// <summary>The metric's value in the best epoch.</summary>
    public double BestMetric => MetricComparison.Value(Best, Metric, IsMetricOnValidation);

    /// <summary>Why training ended.</summary>
    public StopReason StopReason { get; }

    /// <summary>Why training ended, as a sentence.</summary>
    public string Explanation { get; }

    /// <summary>All completed epochs in order.</summary>
    public IReadOnlyList<EpochMetrics> History { get; }

    /// <summary>Wall-clock seconds.</summary>
    public double ElapsedSeconds { get; }

    /// <summary>Training images that went through the network, repetitions counted (images x epochs).</summary>
    public long ImagesSeen { get; }

    /// <summary>What training steps computed in, at last: <see cref="NumberFormat.Float32"/> or <see cref="NumberFormat.BFloat16"/>, never Auto. <see cref="Explanation"/> says whether it changed on the way.</summary>
    public NumberFormat NumberFormat { get; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"best epoch {BestEpoch} of {History.Count}, {(IsMetricOnValidation ? "validation" : "training")} {Metric} {BestMetric:0.0000}; {Explanation} {ElapsedSeconds:0} s, {ImagesSeen} images.");
}
