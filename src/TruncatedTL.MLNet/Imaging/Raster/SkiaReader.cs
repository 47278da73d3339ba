using System.Runtime.InteropServices;
using SkiaSharp;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>
/// Base of the readers of 8-bit formats that SkiaSharp decodes, the library that ML.NET's own images use. Values are the stored 0 to 255: no
/// colour profile is applied, transparency is laid over black, and the orientation that EXIF states is applied. A file that is cut short
/// is an error, not half an image.
/// </summary>
internal abstract class SkiaReader : ImageReader
{
    private const int BytesPerPixel = 4;

    private static readonly int[] Divisors = [8, 4, 2];

    /// <inheritdoc/>
    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        if (!Recognises(content.Span[..Math.Min(content.Length, ImageReaders.HeadLength)]))
        {
            throw new ImageFormatException(name, $"the content is not {Name}");
        }

        try
        {
            unsafe
            {
                // Neither the data nor the codec outlives the pinning, so nothing need be copied.
                fixed (byte* start = content.Span)
                {
                    using var data = SKData.Create((IntPtr)start, content.Length);
                    using var codec = SKCodec.Create(data) ?? throw new ImageFormatException(name, $"the {Name} header is damaged or of a kind that is not supported");
                    return Decode(codec, content.Span, name, options);
                }
            }
        }
        catch (Exception exception) when (exception is DllNotFoundException || exception.GetBaseException() is DllNotFoundException)
        {
            throw new InvalidOperationException("SkiaSharp's native library is missing. On Linux the application must reference the package SkiaSharp.NativeAssets.Linux.NoDependencies.", exception);
        }
    }

    /// <summary>Whether the file stores greys only, so that one channel tells everything.</summary>
    /// <param name="info">What SkiaSharp found in the header.</param>
    /// <param name="content">The whole content.</param>
    protected virtual bool IsGrey(SKImageInfo info, ReadOnlySpan<byte> content)
    {
        return info.ColorType == SKColorType.Gray8;
    }

    /// <summary>Whether the decoder has smaller images of its own that are the same picture: 1/2, 1/4 and 1/8 of JPEG.</summary>
    protected virtual bool CanReduce => false;

    private DecodedImage Decode(SKCodec codec, ReadOnlySpan<byte> content, string name, ImageReadOptions options)
    {
        var stored = codec.Info;
        if (options.Frame > 0 && codec.FrameCount > 1)
        {
            throw new ImageFormatException(name, $"frame {options.Frame} of {codec.FrameCount} is asked for; only the first frame (0) of an animation is read");
        }

        var isGrey = IsGrey(stored, content);
        ImageLimits.CheckShape(name, isGrey ? 1 : 3, [stored.Height, stored.Width], options);
        ImageLimits.CheckShape(name, BytesPerPixel, [stored.Height, stored.Width], options with { MaxValues = Array.MaxLength });
        var orientation = (int)codec.EncodedOrigin;
        var size = CanReduce && options.LeastScale is { } leastScale ? Reduced(codec, leastScale, orientation) : new SKSizeI(stored.Width, stored.Height);
        var (height, width) = (size.Height, size.Width);
        var lanes = isGrey && stored.ColorType == SKColorType.Gray8 ? 1 : BytesPerPixel;
        var pixels = ReadPixels(codec, stored.WithSize(size), lanes == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, name);
        var used = pixels.AsSpan(0, height * width * lanes);
        if (lanes == BytesPerPixel && stored.AlphaType != SKAlphaType.Opaque)
        {
            Transparency.LayOverBlack(used);
        }

        if (isGrey && lanes == BytesPerPixel)
        {
            for (var pixel = 0; pixel < used.Length / BytesPerPixel; pixel++)
            {
                pixels[pixel] = pixels[pixel * BytesPerPixel];
            }

            lanes = 1;
        }

        if (StoredOrientation.IsTurned(orientation))
        {
            pixels = Upright(pixels, lanes, height, width, orientation);
            (height, width) = orientation < 5 ? (height, width) : (width, height);
        }

        return new DecodedImage(new InterleavedBytes(pixels, 0, width * lanes, height, width, lanes));
    }

    // The smallest of the decoder's sizes that the image may have; its own where the decoder has no other.
    private static SKSizeI Reduced(SKCodec codec, Func<int, int, double> leastScale, int orientation)
    {
        var (height, width) = (codec.Info.Height, codec.Info.Width);
        var least = orientation < 5 ? leastScale(height, width) : leastScale(width, height);
        foreach (var divisor in Divisors)
        {
            var size = codec.GetScaledDimensions(1f / divisor);
            if (least * divisor <= 1 && size == new SKSizeI((width + divisor - 1) / divisor, (height + divisor - 1) / divisor))
            {
                return size;
            }
        }

        return new SKSizeI(width, height);
    }

    private byte[] ReadPixels(SKCodec codec, SKImageInfo stored, SKColorType colour, string name)
    {
        // Without a colour space in the wish Skia leaves the stored values alone; unpremultiplied keeps colours apart from their alpha.
        var alpha = stored.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var wish = new SKImageInfo(stored.Width, stored.Height, colour, alpha, colorspace: null);
        var pixels = ByteBuffers.Rent(wish.BytesSize);

        // A rented array holds an earlier image; of it nothing must shine through, whatever a damaged file leaves out.
        pixels.AsSpan(0, wish.BytesSize).Clear();
        SKCodecResult result;
        unsafe
        {
            fixed (byte* start = pixels)
            {
                result = codec.GetPixels(wish, (IntPtr)start);
            }
        }

        return result switch
        {
            SKCodecResult.Success => pixels,
            SKCodecResult.IncompleteInput => throw new ImageFormatException(name, $"the {Name} file is cut short"),
            _ => throw new ImageFormatException(name, $"the {Name} file is damaged or of a kind that is not supported ({result})"),
        };
    }

    private static byte[] Upright(byte[] pixels, int lanes, int height, int width, int orientation)
    {
        var length = height * width * lanes;
        var upright = ByteBuffers.Rent(length);
        if (lanes == 1)
        {
            StoredOrientation.Turn<byte>(pixels.AsSpan(0, length), upright, height, width, orientation);
        }
        else
        {
            StoredOrientation.Turn(MemoryMarshal.Cast<byte, uint>(pixels.AsSpan(0, length)), MemoryMarshal.Cast<byte, uint>(upright.AsSpan(0, length)), height, width, orientation);
        }

        ByteBuffers.Return(pixels);
        return upright;
    }
}
