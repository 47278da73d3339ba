using System.Globalization;
using TruncatedTL.MLNet.Data.Numpy;

namespace TruncatedTL.MLNet.Data;

/// <summary>
/// A data set in the layout of MedMNIST: an <c>.npz</c> file with the arrays <c>{train,val,test}_{images,labels}</c>.
/// </summary>
/// <remarks>
/// <para>
/// Images are [N, H, W] (grey), [N, H, W, 3] (colour) or [N, D, H, W] (volumes). Four dimensions mean colour exactly
/// when the last one is 3. Labels are whole numbers from 0, [N] or [N, 1].
/// </para>
/// <para>
/// Values of type <c>uint8</c> and <c>bool</c> stay bytes; every other numeric type is read as floats.
/// </para>
/// <para>Source: Yang et al., "MedMNIST v2", Scientific Data 10, 41 (2023); https://medmnist.com.</para>
/// </remarks>
/// <example>
/// <code>
/// using var file = MedMnistFile.Open("breastmnist.npz");
/// var train = file.Read(MedMnistSplit.Train, ["malignant", "normal or benign"]);
/// </code>
/// </example>
public sealed class MedMnistFile : IDisposable
{
    /// <summary>What the names of the label arrays end in: <c>train_labels</c>.</summary>
    public const string DefaultLabelsName = "labels";

    // A larger index is a measurement or an identifier, not a class.
    private const int MaxClassCount = 1 << 16;

    private readonly NpzFile _file;

    private MedMnistFile(NpzFile file)
    {
        _file = file;
        Splits = Array.AsReadOnly(Enum.GetValues<MedMnistSplit>().Where(split => file.Contains(ImagesKey(split))).ToArray());
    }

    /// <summary>The file, as it was given.</summary>
    public string FilePath => _file.FilePath;

    /// <summary>The splits that the file has images for.</summary>
    public IReadOnlyList<MedMnistSplit> Splits { get; }

    /// <summary>Opens a data set.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <param name="maxBytes">The most bytes that all arrays together may have once unpacked. Default: 4 GiB.</param>
    /// <returns>The open data set, to be disposed by the caller.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="ImageFormatException">The file is no <c>.npz</c> file, is damaged or too large, or has no images under the expected names.</exception>
    public static MedMnistFile Open(string path, long maxBytes = NpyArray.DefaultMaxBytes)
    {
        var file = NpzFile.Open(path, maxBytes);
        var dataSet = new MedMnistFile(file);
        if (dataSet.Splits.Count > 0)
        {
            return dataSet;
        }

        dataSet.Dispose();
        throw new ImageFormatException(
            path,
            $"none of train_images, val_images and test_images is there; the file has: {string.Join(", ", file.Names.Select(NpyHeader.Printable))}");
    }

    /// <summary>Reads the images and labels of one split into memory.</summary>
    /// <param name="split">Which split.</param>
    /// <param name="classNames">
    /// One name per label index, for every class that the file has. Default: the label itself as text, one class for each
    /// number up to the largest label of any split.
    /// </param>
    /// <param name="labelsName">
    /// What the names of the label arrays end in, for files that carry several sets of labels. Default: <c>labels</c>.
    /// </param>
    /// <returns>The images. They stay valid when the file is disposed.</returns>
    /// <exception cref="ArgumentException"><paramref name="classNames"/> has an empty or repeated name.</exception>
    /// <exception cref="ImageFormatException">
    /// The split is missing or damaged, shapes do not fit each other, there are several labels per image, or a label is
    /// negative, not whole or has no name.
    /// </exception>
    public LabelledImages Read(MedMnistSplit split, IReadOnlyList<string>? classNames = null, string labelsName = DefaultLabelsName)
    {
        ArgumentException.ThrowIfNullOrEmpty(labelsName);
        var imagesKey = ImagesKey(split);
        var labels = ReadLabels(split, labelsName);
        var names = classNames ?? NumberClasses(labels, split, labelsName);
        var largest = labels.Length == 0 ? -1 : labels.Max();
        if (largest >= names.Count)
        {
            throw new ImageFormatException(Entry(LabelsKey(split, labelsName)), $"the label {largest} occurs, but only {names.Count} class names are given");
        }

        var images = _file.Read(imagesKey);
        return NpyImages.Create(Entry(imagesKey), PrefixOf(split), images, labels, names);
    }

    /// <summary>Reads the images of one split with several labels each, as ChestMNIST has them: [N, findings] of 1 (yes), 0 (no), and NaN or -1 (unknown).</summary>
    /// <param name="split">Which split.</param>
    /// <param name="findingNames">One name per finding. Default: the number of the finding as text.</param>
    /// <param name="labelsName">What the names of the label arrays end in. Default: <c>labels</c>.</param>
    /// <returns>The images and labels. They stay valid when the file is disposed.</returns>
    /// <exception cref="ArgumentException"><paramref name="findingNames"/> has an empty or repeated name, or not one per finding.</exception>
    /// <exception cref="ImageFormatException">The split is missing or damaged, shapes do not fit each other, or a label is none of the above.</exception>
    public MultiLabelImages ReadMultiLabel(MedMnistSplit split, IReadOnlyList<string>? findingNames = null, string labelsName = DefaultLabelsName)
    {
        ArgumentException.ThrowIfNullOrEmpty(labelsName);
        var key = LabelsKey(split, labelsName);
        var array = _file.Read(key);
        if (array.Shape.Count != 2 || array.Shape[1] is < 1 or > MaxClassCount || array.ElementType == NpyElementType.Text)
        {
            throw new ImageFormatException(Entry(key), $"the labels have the shape ({string.Join(", ", array.Shape)}) of {array.ElementType}; numbers of the shape [N, findings] are expected");
        }

        var findings = (int)array.Shape[1];
        var names = findingNames ?? [.. Enumerable.Range(0, findings).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        if (names.Count != findings)
        {
            throw new ArgumentException($"{names.Count} names are given for {findings} findings.", nameof(findingNames));
        }

        var labels = new float[checked((int)(array.Shape[0] * findings))];
        array.CopySingles(0, labels);
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = labels[i] switch
            {
                0 or 1 or float.NaN => labels[i],
                -1 => float.NaN,
                var other => throw new ImageFormatException(Entry(key), string.Create(CultureInfo.InvariantCulture, $"image {i / findings}, finding {i % findings}: {other} is neither 1 (yes) nor 0 (no) nor NaN or -1 (unknown)")),
            };
        }

        var imagesKey = ImagesKey(split);
        var images = NpyImages.Create(Entry(imagesKey), PrefixOf(split), _file.Read(imagesKey), new int[array.Shape[0]], names);
        return new MultiLabelImages(images, images.ClassNames, labels);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file.Dispose();
    }

    private static string PrefixOf(MedMnistSplit split)
    {
        return split switch
        {
            MedMnistSplit.Train => "train",
            MedMnistSplit.Validation => "val",
            MedMnistSplit.Test => "test",
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, "Not a split of MedMNIST."),
        };
    }

    private static string ImagesKey(MedMnistSplit split)
    {
        return PrefixOf(split) + "_images";
    }

    private static string LabelsKey(MedMnistSplit split, string labelsName)
    {
        return $"{PrefixOf(split)}_{labelsName}";
    }

    private string Entry(string key)
    {
        return $"{FilePath}/{NpyHeader.Printable(key)}";
    }

    // A small split may lack the last class, so that all splits have to agree on how many there are.
    private string[] NumberClasses(int[] labels, MedMnistSplit split, string labelsName)
    {
        var largest = labels.Append(0).Max();
        foreach (var other in Splits)
        {
            if (other != split && _file.Contains(LabelsKey(other, labelsName)))
            {
                largest = Math.Max(largest, ReadLabels(other, labelsName).Append(0).Max());
            }
        }

        return [.. Enumerable.Range(0, largest + 1).Select(i => i.ToString(CultureInfo.InvariantCulture))];
    }

    private int[] ReadLabels(MedMnistSplit split, string labelsName)
    {
        var key = LabelsKey(split, labelsName);
        var array = _file.Read(key);
        if (array.Shape.Count == 2 && array.Shape[1] > 1)
        {
            throw new ImageFormatException(Entry(key), $"the labels have the shape ({string.Join(", ", array.Shape)}): several labels per image are not supported, one class per image is");
        }

        if (array.Shape.Count is 0 or > 2 || array.Shape.Skip(1).Any(extent => extent != 1))
        {
            throw new ImageFormatException(Entry(key), $"the labels have the shape ({string.Join(", ", array.Shape)}); [N] or [N, 1] is expected");
        }

        long[] values;
        try
        {
            values = array.ToInt64s();
        }
        catch (InvalidOperationException e)
        {
            throw new ImageFormatException(Entry(key), $"the labels are not whole numbers: {e.Message}", e);
        }

        foreach (var value in values)
        {
            if (value is < 0 or >= MaxClassCount)
            {
                throw new ImageFormatException(Entry(key), $"the label {value} is not a class index from 0 to {MaxClassCount - 1}");
            }
        }

        return Array.ConvertAll(values, value => (int)value);
    }
}
