namespace TruncatedTL.MLNet.Imaging;

/// <summary>
/// An image or volume as its file has it: values in modality units (Hounsfield units, grey levels of 8 or 16 bit), not windowed,
/// not scaled, not resized.
/// </summary>
public sealed class DecodedImage
{
    // A float[], or InterleavedBytes until somebody asks for the values.
    private object _content;

    /// <summary>Wraps decoded values, without copying them.</summary>
    /// <param name="values">The values in the order [C, (D,) H, W], the last dimension varying fastest.</param>
    /// <param name="channels">Values per pixel or voxel: 1 for grey, 3 for red, green, blue.</param>
    /// <param name="spatialShape">Height and width, or depth, height and width; each at least 1.</param>
    /// <exception cref="ArgumentException">The shape is not one of an image or does not fit the number of values.</exception>
    public DecodedImage(float[] values, int channels, IReadOnlyList<int> spatialShape)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(spatialShape);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        if (spatialShape.Count is not (2 or 3) || spatialShape.Any(length => length < 1))
        {
            throw new ArgumentException($"An image has 2 or 3 positive lengths, not ({string.Join(", ", spatialShape)}).", nameof(spatialShape));
        }

        if (spatialShape.Aggregate((Int128)channels, (product, length) => product * length) != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not make up {channels} x {string.Join(" x ", spatialShape)}.", nameof(values));
        }

        _content = values;
        Channels = channels;
        SpatialShape = Array.AsReadOnly(spatialShape.ToArray());
    }

    /// <summary>Wraps an 8-bit image, which becomes values only when it must.</summary>
    internal DecodedImage(InterleavedBytes bytes)
    {
        _content = bytes;
        Channels = bytes.Channels;
        SpatialShape = Array.AsReadOnly([bytes.Height, bytes.Width]);
        HasByteValues = true;
    }

    /// <summary>The values in the order [C, (D,) H, W], in modality units.</summary>
    public float[] Values
    {
        get
        {
            var content = Volatile.Read(ref _content);
            if (content is InterleavedBytes bytes)
            {
                // The bytes are let go: whoever has the values may change them, and then they alone are the image.
                var values = bytes.ToValues();
                var found = Interlocked.CompareExchange(ref _content, values, bytes);
                content = ReferenceEquals(found, bytes) ? values : found;
            }

            return (float[])content;
        }
    }

    /// <summary>Values per pixel or voxel: 1 for grey, 3 for red, green, blue.</summary>
    public int Channels { get; }

    /// <summary>Height and width in pixels, or depth, height and width in voxels.</summary>
    public IReadOnlyList<int> SpatialShape { get; }

    /// <summary>Distance of neighbouring positions along each axis of <see cref="SpatialShape"/>, in millimetres; null where the file does not say.</summary>
    public IReadOnlyList<double>? SpacingMillimetres { get; init; }

    /// <summary>True where the file stores whole numbers from 0 to 255 and nothing rescales them.</summary>
    public bool HasByteValues { get; init; }

    /// <summary>True where the lowest value is meant to be shown white (DICOM's MONOCHROME1). The values themselves are not inverted.</summary>
    public bool LowestIsWhite { get; init; }

    /// <summary>The windows that the file proposes, the preferred one first; empty where it proposes none.</summary>
    public IReadOnlyList<IntensityWindow> Windows { get; init; } = [];

    /// <summary>What the file says about whom and what it shows; null for formats that say nothing.</summary>
    public ImageOrigin? Origin { get; init; }

    /// <summary>The image as its decoder delivered it; null where that was not bytes, or where somebody has asked for the values.</summary>
    internal InterleavedBytes? Bytes => Volatile.Read(ref _content) as InterleavedBytes;

    /// <summary>Whether <see cref="Release"/> may give memory back: nobody but the caller of <see cref="ImageReaders.ReadOnce(string, ImageReadOptions)"/> has the image.</summary>
    internal bool IsOwned { get; set; }

    /// <summary>Says that an image from <see cref="ImageReaders.ReadOnce(string, ImageReadOptions)"/> is used no more.</summary>
    internal void Release()
    {
        if (IsOwned && Interlocked.Exchange(ref _content, Array.Empty<float>()) is InterleavedBytes bytes)
        {
            bytes.Release();
        }
    }
}
