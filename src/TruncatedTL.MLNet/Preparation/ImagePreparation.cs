using System.Globalization;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// What is done with an image file between decoding and the network, in physical terms: resample, crop, pad, convert channels (the geometry half)
/// and map modality values to grey levels (the intensity half). Immutable, validated, and written into the trained model, so that training and
/// serving cannot drift apart.
/// </summary>
/// <remarks>
/// <para>
/// <b>What is applied where.</b> The loaders under <c>mlContext.Data</c> and <see cref="Load(string, long)"/> apply both halves, once; the
/// model begins with its own pixel normalisation and repeats neither. The trainers store the preparation in the model and <see cref="FromModel"/>
/// reads it back: it is what is to be done <i>before</i> the model. What <c>mlContext.Transforms.PrepareImages</c> does stands inside the model
/// and is never part of what <see cref="FromModel"/> gives.
/// </para>
/// <para>
/// <b>Order.</b> Colour to grey; resize or resample, with antialiasing; cut, pad; intensity; grey to colour. Values of 8-bit files are rounded
/// to whole numbers after resizing, as torchvision does with byte images: they then take one byte in memory.
/// </para>
/// <para>Axes are in the order (depth,) height, width; results in the order [C, (D,) H, W].</para>
/// <example>
/// <code>
/// var preparation = new ImagePreparation([224, 224]) { Intensity = ImageIntensity.XRay };
/// var lungs = new ImagePreparation([64, 128, 128]) { SpacingMillimetres = [2.5, 1.5, 1.5], Intensity = ImageIntensity.CtLung };
/// float[] pixels = ImagePreparation.FromModel("model.zip").Load("new.dcm");
/// </code>
/// </example>
/// </remarks>
public sealed class ImagePreparation : IEquatable<ImagePreparation>
{
    /// <summary>The longest axis: 16384.</summary>
    public const int MaxLength = 1 << 14;

    /// <summary>The most values of a result, all channels together: 2^28.</summary>
    public const int MaxValueCount = 1 << 28;

    private const double MinSpacing = 1e-3;
    private const double MaxSpacing = 1e3;

    /// <summary>Creates a preparation.</summary>
    /// <param name="size">Height and width, or depth, height and width of the result, each from 1 to <see cref="MaxLength"/>.</param>
    /// <param name="channels">
    /// Channels of the result. Default: 1. Grey is repeated, red-green-blue becomes grey by the weights 0.299, 0.587, 0.114; other numbers must
    /// be the file's own.
    /// </param>
    /// <exception cref="ArgumentException">There are not two or three lengths, a length or the number of channels is out of range, or the result has more than <see cref="MaxValueCount"/> values.</exception>
    public ImagePreparation(IReadOnlyList<int> size, int channels = 1)
    {
        ArgumentNullException.ThrowIfNull(size);
        if (size.Count is not (2 or 3) || size.Any(length => length is < 1 or > MaxLength))
        {
            throw new ArgumentException($"A size is [height, width] or [depth, height, width], each from 1 to {MaxLength}; [{string.Join(", ", size)}] is not.", nameof(size));
        }

        if (channels < 1 || size.Aggregate((double)channels, (product, length) => product * length) > MaxValueCount)
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, $"{channels} channels of {string.Join(" x ", size)} are not from 1 to {MaxValueCount} values.");
        }

        Size = Array.AsReadOnly(size.ToArray());
        Channels = channels;
        ValueCount = Size.Aggregate(channels, (product, length) => product * length);
    }

    /// <summary>Height and width, or depth, height and width of the result.</summary>
    public IReadOnlyList<int> Size { get; }

    /// <summary>Channels of the result.</summary>
    public int Channels { get; }

    /// <summary>Dimensions of the result: channels, (depth,) height, width.</summary>
    public IReadOnlyList<int> Shape => [Channels, .. Size];

    /// <summary>Number of values of the result.</summary>
    public int ValueCount { get; }

    /// <summary>How images of another shape are brought to the size. Default: <see cref="ImageFit.Pad"/>. Without meaning where a spacing is given.</summary>
    public ImageFit Fit
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(Fit), value, "There is no such fit.");
    }

    /// <summary>
    /// Distance of neighbouring positions of the result in millimetres, one per axis of <see cref="Size"/>; what then exceeds the size is cut
    /// off at both ends, what falls short is padded. Null (default): images are resized by <see cref="Fit"/>. Files must say their spacing.
    /// </summary>
    /// <exception cref="ArgumentException">There is not one spacing per axis, or one is not from 0.001 to 1000.</exception>
    public IReadOnlyList<double>? SpacingMillimetres
    {
        get;
        init => field = value is null || (value.Count == Size.Count && value.All(spacing => spacing is >= MinSpacing and <= MaxSpacing))
            ? value is null ? null : Array.AsReadOnly(value.ToArray())
            : throw new ArgumentException(
                $"{Size.Count} spacings from {MinSpacing.ToString(CultureInfo.InvariantCulture)} to {MaxSpacing} mm are needed, one per axis.", nameof(SpacingMillimetres));
    }

    /// <summary>The padding, in modality units (-1024 for air in CT). Null (default): the image's own darkest value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite in single precision.</exception>
    public double? PadValue
    {
        get;
        init => field = value is null || float.IsFinite((float)value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(PadValue), value, "The padding must be finite.");
    }

    /// <summary>The intensity half. Default: <see cref="ImageIntensity.Unchanged"/>.</summary>
    public ImageIntensity Intensity
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Intensity));
    } = ImageIntensity.Unchanged;

    /// <summary>See <see cref="ImageReadOptions.Frame"/>. Part of the preparation, since it decides what the network is shown.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int? Frame
    {
        get;
        init => field = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Frame), value, "Frames are counted from 0.");
    }

    /// <summary>See <see cref="ImageReadOptions.ReorientToRas"/>. Part of the preparation, since it decides what the network is shown.</summary>
    public bool ReorientToRas { get; init; }

    /// <summary>
    /// JPEG files are decoded at a half, a quarter or an eighth of their size where that is still no smaller than what they are resized to, which takes a fraction of the
    /// time and changes values: mostly by a few levels of 255, at sharp edges by more, and percentiles and the darkest value are those of the smaller image. Other formats
    /// are decoded as ever. Part of the preparation, since training and serving must agree. Default: false.
    /// </summary>
    public bool ReducedDecoding { get; init; }

    /// <summary>The preparation that a model's training images had: what a file needs before the model.</summary>
    /// <param name="path">A zip saved by <c>mlContext.Model.Save</c>, or an ONNX file saved by the fitted model. Nothing in it is executed, and no type is loaded.</param>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="ImagePreparationException">It carries none (the model was trained on columns that were not loaded from files), several, or a damaged one.</exception>
    public static ImagePreparation FromModel(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FromJson(ModelMetadata.FindPreparation(path));
    }

    /// <summary>Reads what <see cref="ToJson"/> has written.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="ImagePreparationException">It is not a preparation: damaged, out of range, with unknown members, or of a newer version.</exception>
    public static ImagePreparation FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return PreparationDocument.Read(json);
    }

    /// <summary>The preparation as JSON of one line, with a version.</summary>
    public string ToJson() => PreparationDocument.Write(this);

    /// <summary>Reads an image file and prepares it: what a serving program does before it calls the model.</summary>
    /// <param name="path">The file, in any format of <see cref="ImageReaders"/>.</param>
    /// <param name="maxValues">The most values that the file may have once decoded; more is an error before memory is taken.</param>
    /// <returns><see cref="ValueCount"/> values in the order [C, (D,) H, W].</returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="Data.ImageDataException">The file is damaged, of no known format, or cannot be brought to this size and spacing.</exception>
    public float[] Load(string path, long maxValues = ImageReadOptions.DefaultMaxValues) =>
        ApplyOnce(ImageReaders.ReadOnce(path, ReadOptions(maxValues)), path);

    /// <summary>Reads an image from memory and prepares it.</summary>
    /// <param name="content">The content of a file.</param>
    /// <param name="name">What messages call it; its suffix serves as for a file.</param>
    /// <param name="maxValues">The most values that the image may have once decoded; more is an error before memory is taken.</param>
    /// <returns><see cref="ValueCount"/> values in the order [C, (D,) H, W].</returns>
    /// <exception cref="Data.ImageDataException">The content is damaged, of no known format, or cannot be brought to this size and spacing.</exception>
    public float[] Load(ReadOnlyMemory<byte> content, string name, long maxValues = ImageReadOptions.DefaultMaxValues) =>
        ApplyOnce(ImageReaders.ReadOnce(content, name, ReadOptions(maxValues)), name);

    /// <summary>Prepares a decoded image.</summary>
    /// <param name="image">The image; it is not changed.</param>
    /// <param name="name">What messages call it.</param>
    /// <returns><see cref="ValueCount"/> values in the order [C, (D,) H, W].</returns>
    /// <exception cref="Data.ImageFormatException">The image has other axes or channels, no spacing where one is needed, or values that are not finite.</exception>
    public float[] Apply(DecodedImage image, string name = "image")
    {
        var prepared = PreparationRun.Prepare(this, image, name);
        var result = prepared.Singles?.Length == ValueCount ? prepared.Singles : new float[ValueCount];
        prepared.FinishTo(result);
        return result;
    }

    /// <inheritdoc/>
    public bool Equals(ImagePreparation? other) => other is not null && (ReferenceEquals(this, other) || ToJson() == other.ToJson());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ImagePreparation);

    /// <inheritdoc/>
    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

    /// <summary>For logs.</summary>
    public override string ToString()
    {
        var geometry = SpacingMillimetres is { } spacing
            ? $"{string.Join(" x ", spacing.Select(s => s.ToString(CultureInfo.InvariantCulture)))} mm"
            : Fit.ToString();
        return $"{string.Join(" x ", Shape)}, {geometry}, {Intensity}{(ReducedDecoding ? ", reduced decoding" : string.Empty)}";
    }

    /// <summary>What readers are told.</summary>
    internal ImageReadOptions ReadOptions(long maxValues) => new()
    {
        Frame = Frame,
        ReorientToRas = ReorientToRas,
        MaxValues = maxValues,
        LeastScale = ReducedDecoding && SpacingMillimetres is null && Size.Count == 2
            ? (height, width) => ImageGeometry.Fit(Fit, [height, width], Size).Max(axis => (double)axis.Resized / axis.Source)
            : null,
    };

    private float[] ApplyOnce(DecodedImage image, string name)
    {
        var result = Apply(image, name);
        image.Release();
        return result;
    }
}
