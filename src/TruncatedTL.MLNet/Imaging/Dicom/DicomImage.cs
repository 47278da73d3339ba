using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>The image of a parsed file: its frames as stored, and as they are delivered.</summary>
internal sealed class DicomImage
{
    // A whole number of pixels of three values; large frames are turned piece by piece, so that no second copy of them is needed.
    private const int ValuesPerPiece = 3 * 4096;

    private readonly DicomFile _file;
    private readonly FunctionalGroups _groups;
    private readonly FrameSource _source;

    private DicomImage(DicomFile file, PixelDescription description, FunctionalGroups groups, FrameSource source)
    {
        _file = file;
        Description = description;
        _groups = groups;
        _source = source;
    }

    public PixelDescription Description { get; }

    /// <summary>Checks that the file holds an image that can be decoded.</summary>
    public static DicomImage Of(DicomFile file)
    {
        if (file.PixelData is null)
        {
            var isFloat = file.DataSet.Contains(DicomTag.FloatPixelData) || file.DataSet.Contains(DicomTag.DoubleFloatPixelData);
            throw new ImageFormatException(file.Name, isFloat ? "pixel data of floating-point numbers are not supported" : "it has no pixel data");
        }

        if (file.Syntax.Coding == PixelCoding.Unsupported)
        {
            throw new UnsupportedTransferSyntaxException(file.Name, file.Syntax.Uid, file.Syntax.Name, file.Syntax.Advice);
        }

        var description = PixelDescription.Of(file.DataSet);
        return new DicomImage(file, description, new FunctionalGroups(file.DataSet, description.Frames), FrameSource.Of(file, description));
    }

    /// <summary>The values of a frame before any table, scale or conversion of colours, [H, W, samples].</summary>
    public long[] Stored(int frame)
    {
        var raw = new uint[Description.ValuesPerFrame];
        _source.Decode(frame, raw);
        return Array.ConvertAll(raw, Description.Stored);
    }

    /// <summary>Decodes the frames that the options ask for.</summary>
    public DecodedImage Decode(ImageReadOptions options)
    {
        if (options.Frame is { } wanted && (wanted < 0 || wanted >= Description.Frames))
        {
            throw new ImageFormatException(_file.Name, $"there is no frame {wanted}; the image has {Description.Frames}, counted from 0");
        }

        var first = options.Frame ?? 0;
        var count = options.Frame is null ? Description.Frames : 1;
        var channels = Description.Photometric is Photometric.Monochrome1 or Photometric.Monochrome2 ? 1 : 3;
        var total = (Int128)Description.PixelsPerFrame * count * channels;
        if (total > Math.Min(options.MaxValues, Array.MaxLength))
        {
            throw new ImageFormatException(_file.Name, $"the image has {total} values; the limit is {options.MaxValues}. Raise the limit if the file can be trusted");
        }

        var values = new float[(int)total];
        var hasByteValues = true;
        var raw = new uint[Description.ValuesPerFrame];
        var pixels = (int)Description.PixelsPerFrame;
        for (var i = 0; i < count; i++)
        {
            var writer = WriterFor(_source.Decode(first + i, raw), first + i);
            hasByteValues &= writer.HasByteValues;
            Write(writer, raw, values, i * pixels, count * pixels);
        }

        return new DecodedImage(values, channels, count == 1 ? [Description.Rows, Description.Columns] : [count, Description.Rows, Description.Columns])
        {
            SpacingMillimetres = Spacing(first, count),
            HasByteValues = hasByteValues,
            LowestIsWhite = Description.Photometric == Photometric.Monochrome1,
            Windows = Windows(first),
            Origin = _file.Origin,
        };
    }

    private void Write(PixelWriter writer, uint[] raw, float[] values, int offset, int channelLength)
    {
        Span<long> piece = new long[Math.Min(ValuesPerPiece, raw.Length)];
        for (var start = 0; start < raw.Length; start += ValuesPerPiece)
        {
            var stored = piece[..Math.Min(ValuesPerPiece, raw.Length - start)];
            for (var i = 0; i < stored.Length; i++)
            {
                stored[i] = Description.Stored(raw[start + i]);
            }

            writer.Write(stored, values, offset + (start / Description.Samples), channelLength);
        }
    }

    private PixelWriter WriterFor(Photometric photometric, int frame)
    {
        var isByte = Description is { BitsStored: <= 8, IsSigned: false };
        return photometric switch
        {
            Photometric.PaletteColor => PaletteWriter.Of(_file.DataSet),
            Photometric.Rgb => new RgbWriter(isByte),
            Photometric.YbrFull or Photometric.YbrFull422 => new YbrWriter(Description.BitsStored),
            _ => new GreyWriter(ModalityTransform.Of(_file.DataSet, _groups, frame, Description.IsSigned), isByte),
        };
    }

    // A window is advice; one that makes no sense is passed over.
    private IReadOnlyList<IntensityWindow> Windows(int frame)
    {
        var holder = _groups.Find(frame, DicomTag.FrameVoiLutSequence) ?? _file.DataSet;
        var centers = holder.DecimalsOrNone(DicomTag.WindowCenter);
        var widths = holder.DecimalsOrNone(DicomTag.WindowWidth);
        return [.. centers.Zip(widths).Where(window => window.Second > 0).Select(window => new IntensityWindow(window.First, window.Second))];
    }

    private double[]? Spacing(int first, int count)
    {
        var measures = _groups.Find(first, DicomTag.PixelMeasuresSequence);
        if (SliceGeometry.PixelSpacing(_file.DataSet, measures) is not [var row, var column])
        {
            return null;
        }

        if (count == 1)
        {
            return [row, column];
        }

        return (FrameDistance(count) ?? SliceGeometry.SliceSpacing(measures ?? _file.DataSet) ?? SliceGeometry.SliceSpacing(_file.DataSet)) is { } depth ? [depth, row, column] : null;
    }

    // The distance of frames, where each says where it is and all are equally far apart and in order.
    private double? FrameDistance(int count)
    {
        var normal = SliceGeometry.Normal(_groups.Find(0, DicomTag.PlaneOrientationSequence)?.Decimals(DicomTag.ImageOrientationPatient));
        var along = new double[count];
        for (var i = 0; i < count && normal is not null; i++)
        {
            if (_groups.Find(i, DicomTag.PlanePositionSequence)?.Decimals(DicomTag.ImagePositionPatient) is not { Length: 3 } position)
            {
                return null;
            }

            along[i] = SliceGeometry.Along(normal, position);
        }

        var step = (along[^1] - along[0]) / (count - 1);
        var isEven = step != 0 && Enumerable.Range(1, count - 1).All(i => Math.Abs(along[i] - along[i - 1] - step) <= SliceSpacing.Tolerance * Math.Abs(step));
        return isEven ? Math.Abs(step) : null;
    }
}
