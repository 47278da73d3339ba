namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>The last step: turns the stored values of a frame into the values that are delivered, colour by colour.</summary>
internal abstract class PixelWriter
{
    /// <summary>Values per pixel: 1 or 3.</summary>
    public abstract int Channels { get; }

    /// <summary>Whether the values are whole numbers from 0 to 255.</summary>
    public abstract bool HasByteValues { get; }

    /// <summary>Writes a frame.</summary>
    /// <param name="stored">The stored values, [H, W, samples].</param>
    /// <param name="values">Takes the values, [C, D, H, W].</param>
    /// <param name="offset">Where the frame begins in the first channel.</param>
    /// <param name="channelLength">Values of a channel, D x H x W.</param>
    public abstract void Write(ReadOnlySpan<long> stored, float[] values, int offset, int channelLength);
}

/// <summary>Grey values in modality units.</summary>
internal sealed class GreyWriter(ModalityTransform modality, bool isByte) : PixelWriter
{
    public override int Channels => 1;

    public override bool HasByteValues => isByte && modality.IsIdentity;

    public override void Write(ReadOnlySpan<long> stored, float[] values, int offset, int channelLength)
    {
        for (var i = 0; i < stored.Length; i++)
        {
            values[offset + i] = (float)modality.Apply(stored[i]);
        }
    }
}

/// <summary>Red, green and blue as they are.</summary>
internal sealed class RgbWriter(bool isByte) : PixelWriter
{
    public override int Channels => 3;

    public override bool HasByteValues => isByte;

    public override void Write(ReadOnlySpan<long> stored, float[] values, int offset, int channelLength)
    {
        for (var i = 0; i < stored.Length; i++)
        {
            values[(i % 3 * channelLength) + offset + (i / 3)] = stored[i];
        }
    }
}

/// <summary>Luminance and chrominances to red, green and blue (PS3.3, C.7.6.3.1.2), rounded and clipped as on a screen.</summary>
internal sealed class YbrWriter(int bits) : PixelWriter
{
    private readonly double _middle = 1L << (bits - 1);
    private readonly double _max = (1L << bits) - 1;

    public override int Channels => 3;

    public override bool HasByteValues => bits <= 8;

    public override void Write(ReadOnlySpan<long> stored, float[] values, int offset, int channelLength)
    {
        for (var (i, at) = (0, offset); i + 2 < stored.Length; i += 3, at++)
        {
            var (y, blue, red) = (stored[i], stored[i + 1] - _middle, stored[i + 2] - _middle);
            values[at] = Clip(y + (1.402 * red));
            values[channelLength + at] = Clip(y - (0.344136 * blue) - (0.714136 * red));
            values[(2 * channelLength) + at] = Clip(y + (1.772 * blue));
        }
    }

    private float Clip(double value) => (float)Math.Clamp(Math.Round(value, MidpointRounding.AwayFromZero), 0, _max);
}

/// <summary>Numbers of colours to the colours of the file's table, with as many bits as the table has.</summary>
internal sealed class PaletteWriter(LookupTable red, LookupTable green, LookupTable blue) : PixelWriter
{
    public override int Channels => 3;

    public override bool HasByteValues => red.Bits == 8 && green.Bits == 8 && blue.Bits == 8;

    public static PaletteWriter Of(DicomDataSet dataSet) => new(
        LookupTable.Read(dataSet, DicomTag.RedPaletteColorLookupTableDescriptor, DicomTag.RedPaletteColorLookupTableData, isSigned: false),
        LookupTable.Read(dataSet, DicomTag.GreenPaletteColorLookupTableDescriptor, DicomTag.GreenPaletteColorLookupTableData, isSigned: false),
        LookupTable.Read(dataSet, DicomTag.BluePaletteColorLookupTableDescriptor, DicomTag.BluePaletteColorLookupTableData, isSigned: false));

    public override void Write(ReadOnlySpan<long> stored, float[] values, int offset, int channelLength)
    {
        for (var i = 0; i < stored.Length; i++)
        {
            values[offset + i] = red[stored[i]];
            values[channelLength + offset + i] = green[stored[i]];
            values[(2 * channelLength) + offset + i] = blue[stored[i]];
        }
    }
}
