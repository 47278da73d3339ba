namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Where each figure lies in the flat array that <see cref="MetricKernel"/> fills.</summary>
internal sealed class MetricLayout(int classCount)
{
    /// <summary>Figures of a class against the rest: <see cref="ClassificationMetric.AreaUnderRocCurve"/> to <see cref="ClassificationMetric.F1Score"/>.</summary>
    public const int ClassMetrics = (int)ClassificationMetric.F1Score + 1;

    private static readonly int AllMetrics = Enum.GetValues<ClassificationMetric>().Length;

    /// <summary>Length of the array.</summary>
    public int Length { get; } = ClassMetrics * (classCount + 2) + AllMetrics - ClassMetrics;

    /// <summary>Whether a figure belongs to a class.</summary>
    public static bool IsPerClass(ClassificationMetric metric) => (int)metric < ClassMetrics;

    /// <summary>Whether a lower figure is the better one.</summary>
    public static bool IsLowerBetter(ClassificationMetric metric) => metric >= ClassificationMetric.LogLoss;

    /// <summary>A figure of one class.</summary>
    public int OfClass(ClassificationMetric metric, int classIndex) => (int)metric * (classCount + 2) + classIndex;

    /// <summary>The plain mean over the classes that occur.</summary>
    public int Macro(ClassificationMetric metric) => OfClass(metric, classCount);

    /// <summary>The mean over the classes that occur, weighted by how often they do.</summary>
    public int Weighted(ClassificationMetric metric) => OfClass(metric, classCount + 1);

    /// <summary>A figure of all classes together.</summary>
    public int Whole(ClassificationMetric metric) => ClassMetrics * (classCount + 1) + (int)metric;
}
