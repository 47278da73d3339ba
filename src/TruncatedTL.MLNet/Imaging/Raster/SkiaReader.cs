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

    /// <inheritdoc/>
    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        if (!Recognises(content.Span[..Math.Min(content.Length, ImageReaders.HeadLength)]))
        {
            throw new ImageFormatException(name, $"the content is not {Name}");
        }

        try
        {
            using var data = SKData.CreateCopy(content.Span);
            using var codec = SKCodec.Create(data) ?? throw new ImageFormatException(name, $"the {Name} header is damaged or of a kind that is not supported");
            return Decode(codec, content.Span, name, options);
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

    private DecodedImage Decode(SKCodec codec, ReadOnlySpan<byte> content, string name, ImageReadOptions options)
    {
        var stored = codec.Info;
        if (options.Frame > 0 && codec.FrameCount > 1)
        {
            throw new ImageFormatException(name, $"frame {options.Frame} of {codec.FrameCount} is asked for; only the first frame (0) of an animation is read");
        }

        var channels = IsGrey(stored, content) ? 1 : 3;
        var shape = ImageLimits.CheckShape(name, channels, [stored.Height, stored.Width], options);
        ImageLimits.CheckShape(name, BytesPerPixel, [stored.Height, stored.Width], options with { MaxValues = Array.MaxLength });
        var interleaved = ReadPixels(codec, stored, name);
        var values = Separate(interleaved, channels, stored.AlphaType == SKAlphaType.Opaque);
        var (upright, height, width) = StoredOrientation.Apply(values, channels, shape[0], shape[1], (int)codec.EncodedOrigin);
        return new DecodedImage(upright, channels, [height, width]) { HasByteValues = true };
    }

    private byte[] ReadPixels(SKCodec codec, SKImageInfo stored, string name)
    {
        // Without a colour space in the wish Skia leaves the stored values alone; unpremultiplied keeps colours apart from their alpha.
        var alpha = stored.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var wish = new SKImageInfo(stored.Width, stored.Height, SKColorType.Rgba8888, alpha, colorspace: null);
        var pixels = new byte[wish.BytesSize];
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

    // [H, W, RGBA] -> [C, H, W]
    private static float[] Separate(ReadOnlySpan<byte> interleaved, int channels, bool isOpaque)
    {
        var planeLength = interleaved.Length / BytesPerPixel;
        var values = GC.AllocateUninitializedArray<float>(channels * planeLength);
        var pixels = MemoryMarshal.Cast<byte, uint>(interleaved);
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = values.AsSpan(channel * planeLength, planeLength);
            var shift = 8 * channel;
            for (var pixel = 0; pixel < plane.Length; pixel++)
            {
                // Red is the first byte in memory, which is the lowest one of a little-endian number.
                var value = (int)(pixels[pixel] >> shift) & byte.MaxValue;
                plane[pixel] = isOpaque ? value : Transparency.OverBlack(value, (int)(pixels[pixel] >> 24), byte.MaxValue);
            }
        }

        return values;
    }
}
