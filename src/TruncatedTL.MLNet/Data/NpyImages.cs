using System.Buffers;
using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Data.Numpy;

namespace TruncatedTL.MLNet.Data;

/// <summary>Labelled images held in one NumPy array: [N, H, W], [N, H, W, 3] or [N, D, H, W].</summary>
internal sealed class NpyImages : LabelledImages
{
    private readonly NpyArray _array;
    private readonly int[] _labels;

    private NpyImages(string name, NpyArray array, int[] labels, bool isColour, int[] spatialShape, IReadOnlyList<string> classNames)
        : base(name, labels.Length, isColour ? 3 : 1, spatialShape, array.ElementType is NpyElementType.UInt8 or NpyElementType.Boolean, classNames)
    {
        _array = array;
        _labels = labels;
    }

    /// <summary>Checks that array, labels and class names belong together.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="name">The name of the set.</param>
    /// <param name="array">All images.</param>
    /// <param name="labels">One index into <paramref name="classNames"/> per image.</param>
    /// <param name="classNames">One name per class.</param>
    /// <exception cref="ImageFormatException">Shape or type is not that of images, or the counts differ.</exception>
    public static NpyImages Create(string source, string name, NpyArray array, int[] labels, IReadOnlyList<string> classNames)
    {
        var shape = array.Shape;
        var shapeText = $"({string.Join(", ", shape)})";
        if (array.ElementType == NpyElementType.Text)
        {
            throw new ImageFormatException(source, "the images are text, not numbers");
        }

        if (shape.Count is not (3 or 4))
        {
            throw new ImageFormatException(source, $"the images have the shape {shapeText}; [N, H, W], [N, H, W, 3] or [N, D, H, W] is expected");
        }

        if (shape.Skip(1).Contains(0))
        {
            throw new ImageFormatException(source, $"the images have the shape {shapeText}: they are empty");
        }

        if (shape[0] != labels.Length)
        {
            throw new ImageFormatException(source, $"there are {shape[0]} images but {labels.Length} labels");
        }

        var isColour = shape.Count == 4 && shape[3] == 3;
        var valuesPerImage = shape.Skip(1).Aggregate(1L, (product, extent) => product > Array.MaxLength ? product : product * extent);
        if (valuesPerImage > Array.MaxLength)
        {
            throw new ImageFormatException(source, $"the images have the shape {shapeText}: one image has more values than an array can hold");
        }

        return new NpyImages(name, array, labels, isColour, [.. isColour ? shape.Skip(1).Take(2) : shape.Skip(1)], classNames);
    }

    /// <inheritdoc/>
    protected override int GetLabel(int index)
    {
        return _labels[index];
    }

    /// <inheritdoc/>
    protected override void CopyBytes(int index, Span<byte> destination)
    {
        // A .NET bool that came from a comparison is the byte 0 or 1.
        var all = _array.ElementType == NpyElementType.Boolean ? MemoryMarshal.Cast<bool, byte>(_array.AsSpan<bool>()) : _array.AsSpan<byte>();
        var image = all.Slice(index * ValuesPerImage, ValuesPerImage);
        if (Channels == 1)
        {
            image.CopyTo(destination);
            return;
        }

        Separate<byte>(image, destination);
    }

    /// <inheritdoc/>
    protected override void CopySingles(int index, Span<float> destination)
    {
        var start = index * ValuesPerImage;
        if (Channels == 1)
        {
            _array.CopySingles(start, destination);
            return;
        }

        var interleaved = ArrayPool<float>.Shared.Rent(ValuesPerImage);
        try
        {
            var image = interleaved.AsSpan(0, ValuesPerImage);
            _array.CopySingles(start, image);
            Separate<float>(image, destination);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(interleaved);
        }
    }

    // [H, W, C] -> [C, H, W]
    private void Separate<T>(ReadOnlySpan<T> interleaved, Span<T> planar)
    {
        var pixels = ValuesPerImage / Channels;
        for (var channel = 0; channel < Channels; channel++)
        {
            var plane = planar.Slice(channel * pixels, pixels);
            for (var pixel = 0; pixel < plane.Length; pixel++)
            {
                plane[pixel] = interleaved[(pixel * Channels) + channel];
            }
        }
    }
}
