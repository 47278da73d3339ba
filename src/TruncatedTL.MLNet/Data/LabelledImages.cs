using System.Buffers;

namespace TruncatedTL.MLNet.Data;

/// <summary>
/// A set of images of one size with one class label each: what every reader and generator of this library gives, and
/// what an <c>IDataView</c> or a training loop is fed from.
/// </summary>
/// <remarks>
/// <para>
/// An image is a flat run of <see cref="ValuesPerImage"/> values in the order channel, [depth,] height, width
/// (C, H, W or C, D, H, W), the last dimension varying fastest.
/// </para>
/// <para>
/// Images can be read in any order and any number of times; implementations must allow it from several threads at once.
/// Derive from this class to bring data of your own.
/// </para>
/// </remarks>
public abstract class LabelledImages
{
    /// <summary>Creates the set.</summary>
    /// <param name="name">What the set is called in messages, for instance the split: <c>train</c>.</param>
    /// <param name="count">Number of images, 0 or more.</param>
    /// <param name="channels">Values per pixel or voxel: 1 for grey, 3 for red, green, blue.</param>
    /// <param name="spatialShape">Height and width, or depth, height and width; each at least 1.</param>
    /// <param name="hasByteValues">True where each value is a whole number from 0 to 255.</param>
    /// <param name="classNames">One name per class, in the order of the label indices; at least one, no two alike.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a class name is empty or occurs twice.</exception>
    protected LabelledImages(
        string name,
        int count,
        int channels,
        IReadOnlyList<int> spatialShape,
        bool hasByteValues,
        IReadOnlyList<string> classNames)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentNullException.ThrowIfNull(spatialShape);
        ArgumentNullException.ThrowIfNull(classNames);
        if (spatialShape.Count is not (2 or 3))
        {
            throw new ArgumentException($"An image has 2 or 3 spatial dimensions, not {spatialShape.Count}.", nameof(spatialShape));
        }

        var values = (long)channels;
        foreach (var extent in spatialShape)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(extent, nameof(spatialShape));
            values *= extent;
            if (values > Array.MaxLength)
            {
                throw new ArgumentException("One image has more values than an array can hold.", nameof(spatialShape));
            }
        }

        CheckClassNames(classNames);
        Name = name;
        Count = count;
        Channels = channels;
        SpatialShape = Array.AsReadOnly(spatialShape.ToArray());
        ValuesPerImage = (int)values;
        HasByteValues = hasByteValues;
        ClassNames = Array.AsReadOnly(classNames.ToArray());
    }

    /// <summary>What the set is called in messages, for instance the split: <c>train</c>.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Values per pixel or voxel: 1 for grey, 3 for red, green, blue.</summary>
    public int Channels { get; }

    /// <summary>Height and width in pixels, or depth, height and width in voxels.</summary>
    public IReadOnlyList<int> SpatialShape { get; }

    /// <summary>2 for images, 3 for volumes.</summary>
    public int SpatialRank => SpatialShape.Count;

    /// <summary>Number of values of one image: channels times all spatial dimensions.</summary>
    public int ValuesPerImage { get; }

    /// <summary>True where each value is a whole number from 0 to 255, so that an image can be read as bytes without loss.</summary>
    public bool HasByteValues { get; }

    /// <summary>One name per class, in the order of the label indices; the index itself as text where no names are known.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of classes. Some may have no image in this set.</summary>
    public int ClassCount => ClassNames.Count;

    /// <summary>Copies one image as bytes.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <param name="destination">Receives exactly <see cref="ValuesPerImage"/> values in the order [C, (D,) H, W].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the set.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    /// <exception cref="InvalidOperationException">The values are not bytes (<see cref="HasByteValues"/> is false).</exception>
    public void CopyImage(int index, Span<byte> destination)
    {
        CheckCopy(index, destination.Length);
        if (!HasByteValues)
        {
            throw new InvalidOperationException($"The images of '{Name}' do not hold whole numbers from 0 to 255; read them as floats.");
        }

        CopyBytes(index, destination);
    }

    /// <summary>Copies one image as floats. Byte values come as they are: 0 to 255, not scaled.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <param name="destination">Receives exactly <see cref="ValuesPerImage"/> values in the order [C, (D,) H, W].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the set.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public void CopyImage(int index, Span<float> destination)
    {
        CheckCopy(index, destination.Length);
        CopySingles(index, destination);
    }

    /// <summary>The label of one image: an index into <see cref="ClassNames"/>.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <returns>A number from 0 to <see cref="ClassCount"/> - 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the set.</exception>
    public int LabelOf(int index)
    {
        CheckIndex(index);
        return GetLabel(index);
    }

    /// <summary>How many images each class has.</summary>
    /// <returns>One count per class, in the order of <see cref="ClassNames"/>.</returns>
    public IReadOnlyList<int> CountPerClass()
    {
        var counts = new int[ClassCount];
        for (var i = 0; i < Count; i++)
        {
            counts[GetLabel(i)]++;
        }

        return counts;
    }

    /// <summary>Copies the whole set into memory, so that images which are costly to make or to read are made only once.</summary>
    /// <returns>A set with the same content that no longer depends on this one.</returns>
    /// <exception cref="InvalidOperationException">The values do not fit into one array.</exception>
    public LabelledImages ToMemory()
    {
        return (long)Count * ValuesPerImage <= Array.MaxLength
            ? new InMemoryImages(this)
            : throw new InvalidOperationException($"The {Count} images of '{Name}' with {ValuesPerImage} values each do not fit into one array.");
    }

    /// <summary>Writes one image as bytes. The arguments have been checked; called only where <see cref="HasByteValues"/> is true.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <param name="destination">Exactly <see cref="ValuesPerImage"/> long.</param>
    protected abstract void CopyBytes(int index, Span<byte> destination);

    /// <summary>Writes one image as floats. The arguments have been checked. By default the bytes are widened.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <param name="destination">Exactly <see cref="ValuesPerImage"/> long.</param>
    protected virtual void CopySingles(int index, Span<float> destination)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(ValuesPerImage);
        try
        {
            var image = bytes.AsSpan(0, ValuesPerImage);
            CopyBytes(index, image);
            for (var i = 0; i < image.Length; i++)
            {
                destination[i] = image[i];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The label of one image. The index has been checked.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <returns>A number from 0 to <see cref="ClassCount"/> - 1.</returns>
    protected abstract int GetLabel(int index);

    private static void CheckClassNames(IReadOnlyList<string> classNames)
    {
        if (classNames.Count == 0)
        {
            throw new ArgumentException("At least one class is needed.", nameof(classNames));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var className in classNames)
        {
            if (string.IsNullOrWhiteSpace(className))
            {
                throw new ArgumentException("A class name is empty.", nameof(classNames));
            }

            if (!seen.Add(className))
            {
                throw new ArgumentException($"The class name '{className}' occurs twice.", nameof(classNames));
            }
        }
    }

    private void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The set '{Name}' has {Count} images.");
        }
    }

    private void CheckCopy(int index, int destinationLength)
    {
        CheckIndex(index);
        if (destinationLength != ValuesPerImage)
        {
            throw new ArgumentException($"An image of '{Name}' has {ValuesPerImage} values; the destination holds {destinationLength}.", "destination");
        }
    }
}
