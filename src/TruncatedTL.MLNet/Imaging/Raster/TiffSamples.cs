using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Unpacks TIFF samples. LibTiff has brought them into this machine's byte order.</summary>
internal static class TiffSamples
{
    /// <summary>Converts the first samples of a row.</summary>
    /// <param name="row">The bytes of the row.</param>
    /// <param name="page">Says what the samples are.</param>
    /// <param name="samples">Receives as many as it has room for.</param>
    public static void Unpack(ReadOnlySpan<byte> row, TiffPage page, Span<float> samples)
    {
        switch (page.Format, page.BitsPerSample)
        {
            case (SampleFormat.UINT, 8):
                Convert<byte>(row, samples);
                break;
            case (SampleFormat.UINT, 16):
                Convert<ushort>(row, samples);
                break;
            case (SampleFormat.UINT, 32):
                Convert<uint>(row, samples);
                break;
            case (SampleFormat.INT, 8):
                Convert<sbyte>(row, samples);
                break;
            case (SampleFormat.INT, 16):
                Convert<short>(row, samples);
                break;
            case (SampleFormat.INT, 32):
                Convert<int>(row, samples);
                break;
            case (SampleFormat.IEEEFP, 32):
                Convert<float>(row, samples);
                break;
            case (SampleFormat.IEEEFP, 64):
                Convert<double>(row, samples);
                break;
            default:
                // Greys of fewer bits give 0 to 255, as everywhere in this folder; palette indices stay what they are.
                var maximum = (1 << page.BitsPerSample) - 1;
                UnpackBits(row, page.BitsPerSample, page.Palette is null ? byte.MaxValue / maximum : 1, samples);
                break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> row, Span<float> samples)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var typed = MemoryMarshal.Cast<byte, T>(row);
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = float.CreateTruncating(typed[i]);
        }
    }

    private static void UnpackBits(ReadOnlySpan<byte> row, int bits, int scale, Span<float> samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            var bit = (long)i * bits;
            samples[i] = scale * ((row[(int)(bit / 8)] >> (8 - bits - (int)(bit % 8))) & ((1 << bits) - 1));
        }
    }
}
