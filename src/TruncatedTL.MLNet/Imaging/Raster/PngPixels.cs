using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Turns rows of PNG samples into values: bits unpacked, palette looked up, transparency laid over black.</summary>
internal sealed class PngPixels
{
    private readonly PngFile _file;
    private readonly string _name;
    private readonly float[] _values;
    private readonly int _planeLength;
    private readonly bool _isGrey;
    private readonly int _opaque;
    private readonly int _scale;
    private readonly int[] _transparent;

    /// <summary>Prepares the conversion.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="values">Receives the values, [C, H, W].</param>
    /// <param name="planeLength">H x W.</param>
    public PngPixels(PngFile file, string name, float[] values, int planeLength)
    {
        _file = file;
        _name = name;
        _values = values;
        _planeLength = planeLength;
        _isGrey = file.IsGrey;
        var header = file.Header;
        _opaque = header.BitDepth == 16 ? ushort.MaxValue : byte.MaxValue;

        // Programs that shrink PNG files store 8-bit greys in fewer bits where that loses nothing; this restores them.
        _scale = header is { Colour: PngColour.Grey, BitDepth: < 8 } ? byte.MaxValue / ((1 << header.BitDepth) - 1) : 1;
        _transparent = header.Colour == PngColour.Palette ? [] : ReadColour(file.Transparency);
    }

    /// <summary>Stores one row.</summary>
    /// <param name="row">The unfiltered bytes of the row.</param>
    /// <param name="columns">Pixels in the row.</param>
    /// <param name="start">Index of the first pixel in a plane.</param>
    /// <param name="step">How far apart the pixels are.</param>
    public void Store(ReadOnlySpan<byte> row, int columns, int start, int step)
    {
        var header = _file.Header;
        if (header is { BitDepth: 8, Colour: not PngColour.Palette } && _transparent.Length == 0)
        {
            StoreBytes(row, columns, start, step);
            return;
        }

        Span<int> samples = stackalloc int[4];
        samples = samples[..header.SamplesPerPixel];
        for (var column = 0; column < columns; column++)
        {
            for (var i = 0; i < samples.Length; i++)
            {
                samples[i] = Sample(row, (column * samples.Length) + i, header.BitDepth);
            }

            var target = start + (column * step);
            if (header.Colour == PngColour.Palette)
            {
                StorePaletteEntry(samples[0], target);
            }
            else
            {
                StoreColour(samples, target);
            }
        }
    }

    // What nearly all files hold, in a loop that does nothing else.
    private void StoreBytes(ReadOnlySpan<byte> row, int columns, int start, int step)
    {
        var (samples, channels) = (_file.Header.SamplesPerPixel, _isGrey ? 1 : 3);
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = _values.AsSpan((channel * _planeLength) + start);
            for (var column = 0; column < columns; column++)
            {
                var pixel = column * samples;
                plane[column * step] = samples > channels
                    ? Transparency.OverBlack(row[pixel + channel], row[pixel + channels], byte.MaxValue)
                    : row[pixel + channel];
            }
        }
    }

    private static int Sample(ReadOnlySpan<byte> row, int index, int bitDepth)
    {
        switch (bitDepth)
        {
            case 8:
                return row[index];
            case 16:
                return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
            default:
                var bit = (long)index * bitDepth;
                return (row[(int)(bit / 8)] >> (8 - bitDepth - (int)(bit % 8))) & ((1 << bitDepth) - 1);
        }
    }

    private static int[] ReadColour(byte[] transparency)
    {
        var colour = new int[transparency.Length / 2];
        for (var i = 0; i < colour.Length; i++)
        {
            colour[i] = BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * i));
        }

        return colour;
    }

    private void StorePaletteEntry(int index, int target)
    {
        if (index >= _file.Palette.Length / 3)
        {
            throw new ImageFormatException(_name, $"a pixel has the colour {index}, but the palette has {_file.Palette.Length / 3}");
        }

        var alpha = index < _file.Transparency.Length ? _file.Transparency[index] : _opaque;
        StoreStraight(_file.Palette.AsSpan(3 * index, 3), alpha, target);
    }

    private void StoreStraight(ReadOnlySpan<byte> colour, int alpha, int target)
    {
        for (var channel = 0; channel < (_isGrey ? 1 : 3); channel++)
        {
            _values[(channel * _planeLength) + target] = Transparency.OverBlack(colour[channel], alpha, _opaque);
        }
    }

    private void StoreColour(ReadOnlySpan<int> samples, int target)
    {
        var channels = _isGrey ? 1 : 3;
        var alpha = samples.Length > channels ? samples[channels]
            : _transparent.Length > 0 && samples.SequenceEqual(_transparent) ? 0
            : _opaque;
        for (var channel = 0; channel < channels; channel++)
        {
            _values[(channel * _planeLength) + target] = Transparency.OverBlack(samples[channel] * _scale, alpha, _opaque);
        }
    }
}
