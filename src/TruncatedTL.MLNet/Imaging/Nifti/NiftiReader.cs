using System.IO.Compression;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Nifti;

/// <summary>
/// Reads NIfTI-1 and NIfTI-2 in one file, plain or gzipped, in both byte orders. NIfTI's first dimension varies fastest, so x becomes W, y H and
/// z D; nothing is flipped unless <see cref="ImageReadOptions.ReorientToRas"/> asks for it. Values are scaled by the header's slope and
/// intercept; a slope of 0 or one that is no finite number means none. Values that are not numbers stay NaN. A file of two dimensions
/// gives [H, W], any other [D, H, W], also where D is 1.
/// </summary>
/// <remarks>
/// A gzip stream that is damaged or ends before the last voxel is an error; one that lacks only its closing checksum passes, as the framework
/// lets it. What lies behind the voxels is not inflated.
/// </remarks>
internal sealed class NiftiReader : ImageReader
{
    private const int ExtensionFlagBytes = 4;

    /// <inheritdoc/>
    public override string Name => "NIfTI";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".nii", ".nii.gz", ".hdr", ".img"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        return NiftiHeader.IsHeader(IsGzip(head) ? InflateHead(head) : head);
    }

    /// <inheritdoc/>
    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        if (name.EndsWith(".img", StringComparison.OrdinalIgnoreCase))
        {
            throw PairsAreNotRead(name);
        }

        if (!IsGzip(content.Span))
        {
            using var plain = ImageLimits.Open(content);
            return Read(plain, content.Length, isCompressed: false, name, options);
        }

        try
        {
            using var inflated = new GZipStream(ImageLimits.Open(content), CompressionMode.Decompress);
            return Read(inflated, content.Length, isCompressed: true, name, options);
        }
        catch (Exception exception) when (ImageLimits.IsDamagedStream(exception))
        {
            throw new ImageFormatException(name, "the gzip stream is damaged or cut short", exception);
        }
    }

    private static bool IsGzip(ReadOnlySpan<byte> head)
    {
        return head is [0x1F, 0x8B, ..];
    }

    // What the first bytes of a gzip stream inflate to, as far as they reach.
    private static byte[] InflateHead(ReadOnlySpan<byte> head)
    {
        var inflated = new byte[NiftiHeader.Version1Bytes];
        var length = 0;
        try
        {
            using var stream = new GZipStream(new MemoryStream(head.ToArray(), writable: false), CompressionMode.Decompress);
            int read;
            while ((read = stream.Read(inflated.AsSpan(length))) > 0)
            {
                length += read;
            }
        }
        catch (Exception exception) when (ImageLimits.IsDamagedStream(exception))
        {
            // The stream goes on behind the first bytes, or is damaged; what came out before serves.
        }

        return inflated[..length];
    }

    private static ImageFormatException PairsAreNotRead(string name)
    {
        return new ImageFormatException(name, "NIfTI and Analyze files in two parts (.hdr and .img) are not read; convert them into one .nii or .nii.gz file");
    }

    private static NiftiHeader ReadHeader(Stream stream, string name)
    {
        var bytes = new byte[NiftiHeader.Version2Bytes];
        var read = stream.ReadAtLeast(bytes.AsSpan(0, NiftiHeader.Version1Bytes), NiftiHeader.Version1Bytes, throwOnEndOfStream: false);
        var length = NiftiHeader.LengthOf(bytes.AsSpan(0, read));
        if (length > read)
        {
            read += stream.ReadAtLeast(bytes.AsSpan(read, length - read), length - read, throwOnEndOfStream: false);
        }

        if (read < length)
        {
            throw new ImageFormatException(name, "the NIfTI header is cut short");
        }

        var isAnalyze = name.EndsWith(".hdr", StringComparison.OrdinalIgnoreCase) && !NiftiHeader.IsHeader(bytes.AsSpan(0, read));
        var header = isAnalyze ? throw PairsAreNotRead(name) : NiftiHeader.Parse(bytes.AsSpan(0, read), name);
        return header.IsPair ? throw PairsAreNotRead(name) : header;
    }

    private static DecodedImage Read(Stream stream, long contentBytes, bool isCompressed, string name, ImageReadOptions options)
    {
        var header = ReadHeader(stream, name);
        var headerBytes = header.IsVersion2 ? NiftiHeader.Version2Bytes : NiftiHeader.Version1Bytes;
        var voxelBytes = NiftiValues.BytesPerVoxel(header.Element);
        if (voxelBytes == 0)
        {
            throw new ImageFormatException(name, $"NIfTI values of the type {header.Element} are not supported; whole and floating-point numbers of up to 64 bits and RGB are");
        }

        var (rank, shape, frames) = ReadDimensions(header, name, options);
        var frame = ChooseFrame(frames, name, options);
        if (NiftiValues.IsScaled(header) && !double.IsFinite(header.Intercept))
        {
            throw new ImageFormatException(name, $"the NIfTI header scales values by {header.Slope} but adds {header.Intercept}");
        }

        // Everything that the header claims is checked before memory is taken or anything is inflated.
        var frameBytes = (long)shape[0] * shape[1] * shape[2] * voxelBytes;
        var start = ReadOffset(header, headerBytes, name);
        var end = start + ((Int128)frames * frameBytes);
        if (isCompressed)
        {
            ImageLimits.CheckDeflateRatio(name, end, contentBytes);
        }
        else if (end > contentBytes)
        {
            throw new ImageFormatException(name, $"the NIfTI header calls for {end} bytes, but there are {contentBytes}; the file is cut short");
        }

        var channels = header.Element == NiftiElement.Rgb24 ? 3 : 1;
        Skip(stream, start - headerBytes + (frame * frameBytes), name);
        var values = new float[channels * shape[0] * shape[1] * shape[2]];
        NiftiValues.Read(stream, header, values, name);
        if (isCompressed)
        {
            // The checksum stands behind the last voxel. One byte more makes the framework compare it; what may follow is not voxels.
            Skip(stream, (frames - frame - 1) * frameBytes, name);
            stream.ReadByte();
        }

        return Finish(header, values, channels, rank, shape, name, options);
    }

    private static (int Rank, int[] Shape, long Frames) ReadDimensions(NiftiHeader header, string name, ImageReadOptions options)
    {
        long LengthOf(int dimension) => dimension <= header.Dimensions[0] ? header.Dimensions[dimension] : 1;
        for (var dimension = 5; dimension <= 7; dimension++)
        {
            if (LengthOf(dimension) > 1)
            {
                throw new ImageFormatException(name, $"the NIfTI file has several values per voxel (dimension {dimension} has the length {LengthOf(dimension)}), which is not supported");
            }
        }

        var channels = header.Element == NiftiElement.Rgb24 ? 3 : 1;
        var shape = ImageLimits.CheckShape(name, channels, [LengthOf(3), LengthOf(2), LengthOf(1)], options);
        var frames = LengthOf(4);
        return frames > 0
            ? (header.Dimensions[0] < 3 ? 2 : 3, shape, frames)
            : throw new ImageFormatException(name, $"the NIfTI file has {frames} points in time");
    }

    private static long ChooseFrame(long frames, string name, ImageReadOptions options)
    {
        if (options.Frame is null && frames > 1)
        {
            throw new ImageFormatException(name, $"the NIfTI file has {frames} points in time; choose one with {nameof(ImageReadOptions)}.{nameof(ImageReadOptions.Frame)} (0 to {frames - 1})");
        }

        var frame = options.Frame ?? 0;
        return frame >= 0 && frame < frames
            ? frame
            : throw new ImageFormatException(name, $"the point in time {frame} is asked for, but there are 0 to {frames - 1}");
    }

    // Writers leave 0 where the values follow the header and its extension flag at once.
    private static long ReadOffset(NiftiHeader header, int headerBytes, string name)
    {
        var offset = header.VoxelOffset;
        if (offset == 0)
        {
            return headerBytes + ExtensionFlagBytes;
        }

        return offset >= headerBytes && offset <= Array.MaxLength && Math.Floor(offset) == offset
            ? (long)offset
            : throw new ImageFormatException(name, $"the NIfTI header puts the voxels at byte {offset}");
    }

    private static void Skip(Stream stream, long bytes, string name)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Current);
            return;
        }

        var buffer = new byte[1 << 16];
        while (bytes > 0)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, bytes));
            if (read == 0)
            {
                throw new ImageFormatException(name, "the gzip stream ends before the voxels do; the file is cut short");
            }

            bytes -= read;
        }
    }

    private static DecodedImage Finish(NiftiHeader header, float[] values, int channels, int rank, int[] shape, string name, ImageReadOptions options)
    {
        var spacing = Spacing(header);
        if (options.ReorientToRas)
        {
            var orientation = NiftiOrientation.Of(header)
                ?? throw new ImageFormatException(name, "the NIfTI header does not state the orientation of the volume, so that it cannot be turned to right-anterior-superior order");
            (values, shape) = RasOrder.Apply(values, shape, orientation);
            spacing = RasOrder.Reorder(spacing, orientation);

            // A single slice may come to lie along another axis; then it is a volume one voxel thick.
            rank = shape[0] == 1 ? rank : 3;
        }

        double[] byShape = rank == 2 ? [spacing[1], spacing[0]] : [spacing[2], spacing[1], spacing[0]];
        return new DecodedImage(values, channels, rank == 2 ? shape[1..] : shape)
        {
            SpacingMillimetres = byShape.All(length => length > 0 && double.IsFinite(length)) ? Array.AsReadOnly(byShape) : null,
            HasByteValues = header.Element is NiftiElement.UInt8 or NiftiElement.Rgb24 && !NiftiValues.IsScaled(header),
        };
    }

    // Of x, y and z. Without a unit millimetres are meant, which is what nearly every program writes.
    private static double[] Spacing(NiftiHeader header)
    {
        var toMillimetres = (header.Units & 7) switch
        {
            1 => 1000,
            3 => 0.001,
            _ => 1.0,
        };
        return [.. header.PixelDimensions[1..4].Select(length => Math.Abs(length) * toMillimetres)];
    }
}
