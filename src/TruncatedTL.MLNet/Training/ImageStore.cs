using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Decoded images of one shape, [C, H, W] or [C, D, H, W]: decoded once, read in every epoch. Pixels are kept in the smallest of three types that holds all
/// of them exactly; the store changes over by itself when an image needs more. They lie in memory up to a limit, beyond it all of them in a file. Several
/// threads may read at a time, while none appends.
/// </summary>
internal sealed class ImageStore
{
    // A single image stays below the 1 GB that an array may have here, even as float32.
    private const long LargestImageLength = 1L << 28;

    private ChunkedImages<byte>? _bytes;
    private ChunkedImages<ushort>? _words;
    private ChunkedImages<float>? _singles;
    private ImageFile? _file;
    private ImageElementType _fileType;

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

    /// <summary>Opens images that lie in a file, see <see cref="ImageFile"/>.</summary>
    /// <param name="file">The file; it is the store's from now on.</param>
    /// <param name="elementType">How the file keeps a pixel.</param>
    /// <param name="shape">Shape of every image.</param>
    /// <exception cref="ArgumentException">The file's images have another length, or the shape is none.</exception>
    public static ImageStore FromFile(ImageFile file, ImageElementType elementType, IReadOnlyList<int> shape)
    {
        var store = new ImageStore(shape) { _bytes = null, _file = file, _fileType = elementType };
        return store.ImageLength * BytesOf(elementType) == file.ImageBytes
            ? store
            : throw new ArgumentException($"Images of {file.ImageBytes} bytes have not the shape [{string.Join(", ", shape)}] in {elementType}.", nameof(shape));
    }

    /// <summary>Shape of every image: C, H, W or C, D, H, W.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>H, W or D, H, W.</summary>
    public IReadOnlyList<int> Spatial => [.. Shape.Skip(1)];

    public int Channels => Shape[0];

    /// <summary>Values of one image, all channels together.</summary>
    public int ImageLength { get; }

    /// <summary>Number of images.</summary>
    public int Count => _file?.Count ?? _bytes?.Count ?? _words?.Count ?? _singles!.Count;

    /// <summary>How pixels are kept at present.</summary>
    public ImageElementType ElementType => _file is not null ? _fileType : _bytes is not null ? ImageElementType.Byte : _words is not null ? ImageElementType.UInt16 : ImageElementType.Single;

    /// <summary>Bytes of memory that the pixels occupy; none once they lie in a file.</summary>
    public long CapacityBytes => _file is not null ? 0 : _bytes?.CapacityBytes ?? _words?.CapacityBytes ?? _singles!.CapacityBytes;

    /// <summary>Whether the pixels lie in a file.</summary>
    public bool IsOnDisk => _file is not null;

    /// <summary>When <see cref="CapacityBytes"/> would exceed this, all pixels move to a temporary file. Default: never.</summary>
    public long MemoryLimit { get; init; } = long.MaxValue;

    /// <summary>Where the temporary file is made. Default: the system's folder for such files.</summary>
    public string SpillFolder { get; init; } = Path.GetTempPath();

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

        if (_file is not null)
        {
            AppendToFile(image);
            return;
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

        SpillBeyondLimit();
    }

    /// <summary>Adds an image of 8-bit values.</summary>
    /// <param name="image">Values in the order of <see cref="Shape"/>, row-major.</param>
    /// <exception cref="TrainingDataException">The image has another length.</exception>
    public void Append(ReadOnlySpan<byte> image)
    {
        CheckLength(image.Length);
        if (_file is not null)
        {
            AppendToFile(image);
            return;
        }

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

        SpillBeyondLimit();
    }

    /// <summary>Copies an image as float32.</summary>
    /// <param name="index">Row of the image.</param>
    /// <param name="destination">At least <see cref="ImageLength"/> values.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void CopyTo(int index, Span<float> destination)
    {
        if (_file is not null)
        {
            ReadFromFile(index, destination);
        }
        else if (_bytes is not null)
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
        if (ElementType != ImageElementType.Byte)
        {
            throw new InvalidOperationException($"The store keeps {ElementType} values, which do not fit into bytes.");
        }

        if (_file is not null)
        {
            _file.Read(index, destination);
        }
        else
        {
            _bytes![index].CopyTo(destination);
        }
    }

    /// <summary>The pixels of an image as they are kept: its bytes in memory order.</summary>
    /// <param name="index">Row of the image.</param>
    /// <param name="destination">At least <see cref="ImageLength"/> times the bytes of a pixel.</param>
    public void CopyRaw(int index, Span<byte> destination)
    {
        if (_file is not null)
        {
            _file.Read(index, destination);
            return;
        }

        var source = _bytes is not null ? _bytes[index]
            : _words is not null ? MemoryMarshal.AsBytes(_words[index])
            : MemoryMarshal.AsBytes(_singles![index]);
        source.CopyTo(destination);
    }

    /// <summary>Bytes that one pixel takes.</summary>
    public static int BytesOf(ImageElementType type) => type switch
    {
        ImageElementType.Byte => sizeof(byte),
        ImageElementType.UInt16 => sizeof(ushort),
        _ => sizeof(float),
    };

    private void SpillBeyondLimit()
    {
        if (CapacityBytes <= MemoryLimit)
        {
            return;
        }

        var type = ElementType;
        var file = ImageFile.CreateTemporary(SpillFolder, ImageLength * BytesOf(type));
        var buffer = new byte[file.ImageBytes];
        for (var index = 0; index < Count; index++)
        {
            CopyRaw(index, buffer);
            file.Append(buffer);
        }

        (_file, _fileType) = (file, type);
        (_bytes, _words, _singles) = (null, null, null);
    }

    private void AppendToFile<T>(ReadOnlySpan<T> image)
        where T : unmanaged, INumberBase<T>
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_file!.ImageBytes);
        var target = buffer.AsSpan(0, _file.ImageBytes);
        switch (_fileType)
        {
            case ImageElementType.Byte:
                Widen(image, target);
                break;
            case ImageElementType.UInt16:
                Widen(image, MemoryMarshal.Cast<byte, ushort>(target));
                break;
            default:
                Widen(image, MemoryMarshal.Cast<byte, float>(target));
                break;
        }

        _file.Append(target);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void ReadFromFile(int index, Span<float> destination)
    {
        if (_fileType == ImageElementType.Single)
        {
            _file!.Read(index, MemoryMarshal.AsBytes(destination));
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(_file!.ImageBytes);
        var source = buffer.AsSpan(0, _file.ImageBytes);
        _file.Read(index, source);
        if (_fileType == ImageElementType.Byte)
        {
            Widen<byte, float>(source, destination);
        }
        else
        {
            Widen<ushort, float>(MemoryMarshal.Cast<byte, ushort>(source), destination);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void ChangeFileOverTo(ImageElementType type)
    {
        var file = ImageFile.CreateTemporary(SpillFolder, ImageLength * BytesOf(type));
        var old = _file!;
        var pixels = new float[ImageLength];
        var count = old.Count;
        var (target, oldType) = (type, _fileType);
        for (var index = 0; index < count; index++)
        {
            (_file, _fileType) = (old, oldType);
            ReadFromFile(index, pixels);
            (_file, _fileType) = (file, target);
            AppendToFile<float>(pixels);
        }

        (_file, _fileType) = (file, target);
        old.Dispose();
    }

    private void ChangeOverTo(ImageElementType type)
    {
        if (_file is not null)
        {
            ChangeFileOverTo(type);
            return;
        }

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
