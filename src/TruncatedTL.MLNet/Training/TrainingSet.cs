using System.Globalization;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Labelled images: rows of an <see cref="ImageStore"/>, which several sets may share, with labels, weights and the names of the classes. An image
/// has either one class of several, or (multi-label) a yes or no for each of several findings, some of which may be unknown.
/// </summary>
internal sealed class TrainingSet
{
    /// <summary>The label of a finding about which nothing is known; it has no part in loss and metrics.</summary>
    public const int Unknown = -1;

    private readonly int[] _rows;

    // Row-major [images, LabelsPerImage].
    private readonly int[] _labels;
    private readonly float[]? _weights;

    /// <summary>Creates a set of all images of a store.</summary>
    /// <param name="images">The images.</param>
    /// <param name="labels">Class index of each image.</param>
    /// <param name="classNames">Name of each class, for messages.</param>
    /// <param name="weights">How much each image counts; null counts all the same. Zero leaves an image out of the loss.</param>
    /// <exception cref="TrainingDataException">The set is empty, the lengths differ, or a label or weight is out of range.</exception>
    public TrainingSet(ImageStore images, IReadOnlyList<int> labels, IReadOnlyList<string> classNames, IReadOnlyList<float>? weights = null)
        : this(images, labels, classNames, weights, isMultiLabel: false)
    {
    }

    private TrainingSet(ImageStore images, IReadOnlyList<int> labels, IReadOnlyList<string> classNames, IReadOnlyList<float>? weights, bool isMultiLabel)
    {
        IsMultiLabel = isMultiLabel;
        LabelsPerImage = isMultiLabel ? classNames.Count : 1;
        if (images.Count == 0)
        {
            throw new TrainingDataException("There are no images.");
        }

        if (labels.Count != (long)images.Count * LabelsPerImage || (weights is not null && weights.Count != images.Count))
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
        IsMultiLabel = whole.IsMultiLabel;
        LabelsPerImage = whole.LabelsPerImage;
        _rows = Array.ConvertAll(positions, position => whole._rows[position]);
        _labels = [.. positions.SelectMany(position => whole.LabelsOf(position).ToArray())];
        _weights = whole._weights is null ? null : Array.ConvertAll(positions, position => whole._weights[position]);
        RequireSomeWeight();
    }

    public ImageStore Images { get; }

    /// <summary>Names of the classes; of the findings where images have several labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Whether an image has a yes or no for each of <see cref="ClassNames"/> instead of one class.</summary>
    public bool IsMultiLabel { get; }

    /// <summary>1, or the number of findings.</summary>
    public int LabelsPerImage { get; }

    /// <summary>Number of images in the set.</summary>
    public int Count => _rows.Length;

    /// <summary>
    /// Class index per image; multi-label, row-major [images, findings]: 1 for yes, 0 for no, <see cref="Unknown"/>.
    /// </summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Row in <see cref="Images"/> per image.</summary>
    public ReadOnlyMemory<int> Rows => _rows;

    /// <summary>Creates a set of images with a yes or no for each of several findings.</summary>
    /// <param name="images">The images.</param>
    /// <param name="labels">Row-major [images, findings]: 1 for yes, 0 for no, <see cref="Unknown"/>.</param>
    /// <param name="findingNames">Name of each finding, for messages.</param>
    /// <param name="weights">How much each image counts; null counts all the same. Zero leaves an image out of the loss.</param>
    /// <exception cref="TrainingDataException">The set is empty, the lengths differ, or a label or weight is out of range.</exception>
    public static TrainingSet MultiLabel(ImageStore images, IReadOnlyList<int> labels, IReadOnlyList<string> findingNames, IReadOnlyList<float>? weights = null) =>
        new(images, labels, findingNames, weights, isMultiLabel: true);

    /// <summary>The label or labels of one image.</summary>
    public ReadOnlySpan<int> LabelsOf(int index) => _labels.AsSpan(index * LabelsPerImage, LabelsPerImage);

    /// <summary>Whether images count differently.</summary>
    public bool HasWeights => _weights is not null;

    /// <summary>How much an image counts.</summary>
    public float Weight(int index) => _weights is null ? 1 : _weights[index];

    /// <summary>The group of each image within which a split keeps its shares: its class; with several labels an image there is no one group, and all share one.</summary>
    public ReadOnlySpan<int> Strata() => IsMultiLabel ? new int[Count] : _labels;

    /// <summary>Number of images of each class; multi-label, the number without each finding, then the number with it: [2 x findings].</summary>
    public int[] CountByClass()
    {
        var counts = new int[IsMultiLabel ? 2 * LabelsPerImage : ClassNames.Count];
        for (var i = 0; i < Count; i++)
        {
            CountLabels(i, counts);
        }

        return counts;
    }

    /// <summary>Adds one image to counts as <see cref="CountByClass"/> gives.</summary>
    public void CountLabels(int index, Span<int> counts)
    {
        var labels = LabelsOf(index);
        if (!IsMultiLabel)
        {
            counts[labels[0]]++;
            return;
        }

        for (var finding = 0; finding < labels.Length; finding++)
        {
            if (labels[finding] != Unknown)
            {
                counts[(labels[finding] * LabelsPerImage) + finding]++;
            }
        }
    }

    /// <summary>The images at the given positions, sharing the store.</summary>
    /// <exception cref="TrainingDataException">There are no positions, or the weights of all of them are 0.</exception>
    public TrainingSet Subset(int[] positions) =>
        positions.Length > 0 ? new TrainingSet(this, positions) : throw new TrainingDataException("The part of the data has no images.");

    /// <summary>Requires images of at least two classes; multi-label, a finding that some images have and others have not.</summary>
    /// <exception cref="TrainingDataException">All images are of one class.</exception>
    public void RequireTwoClasses()
    {
        if (IsMultiLabel)
        {
            if (AbsentClasses().Count == ClassNames.Count)
            {
                throw new TrainingDataException($"None of the {ClassNames.Count} findings is known to be present in some of the {Count} training images and absent in others.");
            }

            return;
        }

        var counts = CountByClass();
        if (counts.Count(count => count > 0) < 2)
        {
            throw new TrainingDataException($"All {Count} training images are of the class '{ClassNames[_labels[0]]}'; at least two classes are needed.");
        }
    }

    /// <summary>The classes without an image; multi-label, the findings that are not known to be present in some images and absent in others.</summary>
    public IReadOnlyList<string> AbsentClasses()
    {
        var counts = CountByClass();
        if (IsMultiLabel)
        {
            return ClassNames.Where((_, finding) => counts[finding] == 0 || counts[LabelsPerImage + finding] == 0).ToArray();
        }

        return ClassNames.Where((_, c) => counts[c] == 0).ToArray();
    }

    private void CheckLabels()
    {
        for (var i = 0; i < _labels.Length; i++)
        {
            var row = i / LabelsPerImage;
            if (IsMultiLabel && _labels[i] is not (0 or 1 or Unknown))
            {
                throw new TrainingDataException($"Row {row}: the label {_labels[i]} of '{ClassNames[i % LabelsPerImage]}' is neither 1 (yes) nor 0 (no) nor unknown.", row);
            }

            if (!IsMultiLabel && (_labels[i] < 0 || _labels[i] >= ClassNames.Count))
            {
                throw new TrainingDataException($"Row {row}: the label {_labels[i]} is not one of {ClassNames.Count} classes (0 to {ClassNames.Count - 1}).", row);
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
