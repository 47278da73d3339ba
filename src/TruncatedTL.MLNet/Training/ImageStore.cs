using System.Globalization;
using System.Numerics;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Decoded images of one shape, [C, H, W] or [C, D, H, W], in memory: decoded once, read in every epoch. Pixels are kept in the
/// smallest of three types that holds all of them exactly; the store changes over by itself when an image needs more. Several
/// threads may read at a time, while none appends.
/// </summary>
internal sealed class ImageStore
{
    // A single image stays below the 1 GB that an array may have here, even as float32.
    private const long LargestImageLength = 1L << 28;

    private ChunkedImages<byte>? _bytes;
    private ChunkedImages<ushort>? _words;
    private ChunkedImages<float>? _singles;

    /// <summary>Creates an empty store.</summary>
    /// <param name="shape">Shape of every image: C, H, W or C, D, H, W.</param>
    /// <exception cref="ArgumentException">The shape has not 3 or 4 positive lengths, or the image is larger than 2^28 values.</exception>
    public ImageStore(params IReadOnlyList<int> shape)
    {
        var length = shape.Aggregate(1L, (product, side) => side > 0 && product <= LargestImageLength ? product * side : long.MaxValue);
        if (shape.Count is not (3 or 4) || length > LargestImageLength)
        {
            throw new ArgumentException(
                $"An image has the shape [C, H, W] or [C, D, H, W] with positive lengths and at most {LargestImageLength} values; [{string.Join(", ", shape)}] is not that.",
                nameof(shape));
        }

        Shape = [.. shape];
        ImageLength = (int)length;
        _bytes = new ChunkedImages<byte>(ImageLength);
    }

    /// <summary>Shape of every image: C, H, W or C, D, H, W.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>H, W or D, H, W.</summary>
    public IReadOnlyList<int> Spatial => [.. Shape.Skip(1)];

    public int Channels => Shape[0];

    /// <summary>Values of one image, all channels together.</summary>
    public int ImageLength { get; }

    /// <summary>Number of images.</summary>
    public int Count => _bytes?.Count ?? _words?.Count ?? _singles!.Count;

    /// <summary>How pixels are kept at present.</summary>
    public ImageElementType ElementType => _bytes is not null ? ImageElementType.Byte : _words is not null ? ImageElementType.UInt16 : ImageElementType.Single;

    /// <summary>Bytes that the pixels occupy.</summary>
    public long CapacityBytes => _bytes?.CapacityBytes ?? _words?.CapacityBytes ?? _singles!.CapacityBytes;

    /// <summary>Adds an image; its row is the present <see cref="Count"/>.</summary>
    /// <param name="image">Values in the order of <see cref="Shape"/>, row-major.</param>
    /// <exception cref="TrainingDataException">The image has another length, or a value that is NaN or infinite.</exception>
    public void Append(ReadOnlySpan<float> image)
    {
        CheckLength(image.Length);
        var needed = SmallestType(image);
        if (needed > ElementType)
        {
            ChangeOverTo(needed);
        }

        switch (ElementType)
        {
            case ImageElementType.Byte:
                var bytes = _bytes!.Add();
                for (var i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)image[i];
                }

                break;
            case ImageElementType.UInt16:
                var words = _words!.Add();
                for (var i = 0; i < words.Length; i++)
                {
                    words[i] = (ushort)image[i];
                }

                break;
            default:
                image.CopyTo(_singles!.Add());
                break;
        }
    }

    /// <summary>Adds an image of 8-bit values.</summary>
    /// <param name="image">Values in the order of <see cref="Shape"/>, row-major.</param>
    /// <exception cref="TrainingDataException">The image has another length.</exception>
    public void Append(ReadOnlySpan<byte> image)
    {
        CheckLength(image.Length);
        switch (ElementType)
        {
            case ImageElementType.Byte:
                image.CopyTo(_bytes!.Add());
                break;
            case ImageElementType.UInt16:
                Widen(image, _words!.Add());
                break;
            default:
                Widen(image, _singles!.Add());
                break;
        }
    }

    /// <summary>Copies an image as float32.</summary>
    /// <param name="index">Row of the image.</param>
    /// <param name="destination">At least <see cref="ImageLength"/> values.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void CopyTo(int index, Span<float> destination)
    {
        if (_bytes is not null)
        {
            Widen(_bytes[index], destination);
        }
        else if (_words is not null)
        {
            Widen(_words[index], destination);
        }
        else
        {
            _singles![index].CopyTo(destination);
        }
    }

    /// <summary>Copies an image as bytes.</summary>
    /// <param name="index">Row of the image.</param>
    /// <param name="destination">At least <see cref="ImageLength"/> values.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="InvalidOperationException">The store does not keep bytes.</exception>
    public void CopyTo(int index, Span<byte> destination)
    {
        var bytes = _bytes ?? throw new InvalidOperationException($"The store keeps {ElementType} values, which do not fit into bytes.");
        bytes[index].CopyTo(destination);
    }

    private void ChangeOverTo(ImageElementType type)
    {
        if (type == ImageElementType.UInt16)
        {
            _words = _bytes!.ConvertAndClear<ushort>();
        }
        else
        {
            _singles = _bytes is not null
                ? _bytes.ConvertAndClear<float>()
                : _words!.ConvertAndClear<float>();
            _words = null;
        }

        _bytes = null;
    }

    private ImageElementType SmallestType(ReadOnlySpan<float> image)
    {
        var type = ImageElementType.Byte;
        for (var i = 0; i < image.Length; i++)
        {
            var value = image[i];
            if (!float.IsFinite(value))
            {
                var text = value.ToString(CultureInfo.InvariantCulture);
                throw new TrainingDataException($"Row {Count}: the image has the value {text} at {Position(i)}; pixels must be finite numbers.", Count);
            }

            if (value is >= 0 and <= ushort.MaxValue && value == MathF.Truncate(value))
            {
                type = value > byte.MaxValue && type == ImageElementType.Byte ? ImageElementType.UInt16 : type;
            }
            else
            {
                type = ImageElementType.Single;
            }
        }

        return type;
    }

    // Index within the image as channel and coordinates, for messages.
    private string Position(int offset)
    {
        var coordinates = new int[Shape.Count];
        for (var axis = Shape.Count - 1; axis >= 0; axis--)
        {
            coordinates[axis] = offset % Shape[axis];
            offset /= Shape[axis];
        }

        return $"channel {coordinates[0]}, position ({string.Join(", ", coordinates.Skip(1))})";
    }

    private void CheckLength(int length)
    {
        if (length != ImageLength)
        {
            throw new TrainingDataException($"Row {Count}: the image has {length} values; [{string.Join(", ", Shape)}] has {ImageLength}.", Count);
        }
    }

    private static void Widen<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : INumberBase<TFrom>
        where TTo : INumberBase<TTo>
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = TTo.CreateTruncating(source[i]);
        }
    }
}
