namespace TruncatedTL.MLNet.Data;

/// <summary>Images with a yes or no for each of several findings, as archives of chest X-rays have them.</summary>
public sealed class MultiLabelImages
{
    private readonly float[] _labels;

    internal MultiLabelImages(LabelledImages images, IReadOnlyList<string> findingNames, float[] labels)
    {
        Images = images;
        FindingNames = findingNames;
        _labels = labels;
    }

    /// <summary>The images. Their own class says nothing.</summary>
    public LabelledImages Images { get; }

    /// <summary>Names of the findings, in the order of the labels.</summary>
    public IReadOnlyList<string> FindingNames { get; }

    /// <summary>The labels of one image: 1 for yes, 0 for no, NaN for unknown.</summary>
    /// <param name="index">Which image, from 0.</param>
    public ReadOnlySpan<float> LabelsOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Images.Count);
        return _labels.AsSpan(index * FindingNames.Count, FindingNames.Count);
    }
}
