using System.Globalization;

namespace TruncatedTL.MLNet.Training;

/// <summary>Labelled images: rows of an <see cref="ImageStore"/>, which several sets may share, with labels, weights and the names of the classes.</summary>
internal sealed class TrainingSet
{
    private readonly int[] _rows;
    private readonly int[] _labels;
    private readonly float[]? _weights;

    /// <summary>Creates a set of all images of a store.</summary>
    /// <param name="images">The images.</param>
    /// <param name="labels">Class index of each image.</param>
    /// <param name="classNames">Name of each class, for messages.</param>
    /// <param name="weights">How much each image counts; null counts all the same. Zero leaves an image out of the loss.</param>
    /// <exception cref="TrainingDataException">The set is empty, the lengths differ, or a label or weight is out of range.</exception>
    public TrainingSet(ImageStore images, IReadOnlyList<int> labels, IReadOnlyList<string> classNames, IReadOnlyList<float>? weights = null)
    {
        if (images.Count == 0)
        {
            throw new TrainingDataException("There are no images.");
        }

        if (labels.Count != images.Count || (weights is not null && weights.Count != images.Count))
        {
            throw new TrainingDataException($"There are {images.Count} images, {labels.Count} labels{(weights is null ? string.Empty : $" and {weights.Count} weights")}.");
        }

        Images = images;
        ClassNames = [.. classNames];
        _labels = [.. labels];
        _weights = weights is null ? null : [.. weights];
        _rows = [.. Enumerable.Range(0, images.Count)];
        CheckLabels();
        CheckWeights();
    }

    private TrainingSet(TrainingSet whole, int[] positions)
    {
        Images = whole.Images;
        ClassNames = whole.ClassNames;
        _rows = Array.ConvertAll(positions, position => whole._rows[position]);
        _labels = Array.ConvertAll(positions, position => whole._labels[position]);
        _weights = whole._weights is null ? null : Array.ConvertAll(positions, position => whole._weights[position]);
        RequireSomeWeight();
    }

    public ImageStore Images { get; }

    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of images in the set.</summary>
    public int Count => _labels.Length;

    /// <summary>Class index per image.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Row in <see cref="Images"/> per image.</summary>
    public ReadOnlyMemory<int> Rows => _rows;

    /// <summary>How much an image counts.</summary>
    public float Weight(int index) => _weights is null ? 1 : _weights[index];

    /// <summary>Number of images of each class.</summary>
    public int[] CountByClass()
    {
        var counts = new int[ClassNames.Count];
        foreach (var label in _labels)
        {
            counts[label]++;
        }

        return counts;
    }

    /// <summary>The images at the given positions, sharing the store.</summary>
    /// <exception cref="TrainingDataException">There are no positions, or the weights of all of them are 0.</exception>
    public TrainingSet Subset(int[] positions) =>
        positions.Length > 0 ? new TrainingSet(this, positions) : throw new TrainingDataException("The part of the data has no images.");

    /// <summary>Requires images of at least two classes.</summary>
    /// <exception cref="TrainingDataException">All images are of one class.</exception>
    public void RequireTwoClasses()
    {
        var counts = CountByClass();
        if (counts.Count(count => count > 0) < 2)
        {
            throw new TrainingDataException($"All {Count} training images are of the class '{ClassNames[_labels[0]]}'; at least two classes are needed.");
        }
    }

    /// <summary>The classes without an image.</summary>
    public IReadOnlyList<string> AbsentClasses()
    {
        var counts = CountByClass();
        return ClassNames.Where((_, c) => counts[c] == 0).ToArray();
    }

    private void CheckLabels()
    {
        for (var i = 0; i < _labels.Length; i++)
        {
            if (_labels[i] < 0 || _labels[i] >= ClassNames.Count)
            {
                throw new TrainingDataException($"Row {i}: the label {_labels[i]} is not one of {ClassNames.Count} classes (0 to {ClassNames.Count - 1}).", i);
            }
        }
    }

    private void CheckWeights()
    {
        if (_weights is null)
        {
            return;
        }

        for (var i = 0; i < _weights.Length; i++)
        {
            if (!(_weights[i] >= 0) || !float.IsFinite(_weights[i]))
            {
                var text = _weights[i].ToString(CultureInfo.InvariantCulture);
                throw new TrainingDataException($"Row {i}: the example weight {text} is not a finite number of at least 0.", i);
            }
        }

        RequireSomeWeight();
    }

    private void RequireSomeWeight()
    {
        if (_weights is not null && _weights.All(weight => weight == 0))
        {
            throw new TrainingDataException("All example weights are 0.");
        }
    }
}
