using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>What the header of a file says about its place in a series.</summary>
internal sealed class DicomSlice
{
    // Headers are rarely longer, and reading no more keeps a folder of large files on a network quick to list.
    private const int PrefixBytes = 1 << 18;

    private DicomSlice(string path, DicomFile file)
    {
        var dataSet = file.DataSet;
        Path = path;
        Origin = file.Origin;
        Rows = dataSet.UInt16(DicomTag.Rows) ?? 0;
        Columns = dataSet.UInt16(DicomTag.Columns) ?? 0;
        Frames = dataSet.Integer(DicomTag.NumberOfFrames) ?? 1;
        Photometric = dataSet.Text(DicomTag.PhotometricInterpretation);
        PixelSpacing = SliceGeometry.PixelSpacing(dataSet, measures: null);
        Orientation = dataSet.Decimals(DicomTag.ImageOrientationPatient);
        Position = dataSet.Decimals(DicomTag.ImagePositionPatient) is { Length: 3 } position ? position : null;
        Location = dataSet.Decimal(DicomTag.SliceLocation);
        InstanceNumber = dataSet.Integer(DicomTag.InstanceNumber);
        SliceDistance = SliceGeometry.SliceSpacing(dataSet);
        Thickness = dataSet.Decimal(DicomTag.SliceThickness) is { } thickness and > 0 ? thickness : null;
    }

    public string Path { get; }

    public ImageOrigin Origin { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int Frames { get; }

    public string? Photometric { get; }

    public double[]? PixelSpacing { get; }

    public double[]? Orientation { get; }

    public double[]? Position { get; }

    public double? Location { get; }

    public int? InstanceNumber { get; }

    public double? SliceDistance { get; }

    public double? Thickness { get; }

    /// <summary>Reads the header of a file that must be DICOM; null where it is no image.</summary>
    public static DicomSlice? Read(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > Array.MaxLength)
        {
            throw new ImageFormatException(path, "the file is larger than 2 GiB");
        }

        var prefix = new byte[Math.Min(PrefixBytes, stream.Length)];
        stream.ReadExactly(prefix);
        if (prefix.Length < stream.Length)
        {
            try
            {
                if (DicomFile.Parse(prefix, path, ImageReadOptions.DefaultMaxValues, headerOnly: true) is { HasPixelData: true } file)
                {
                    return Of(path, file);
                }
            }
            catch (ImageFormatException)
            {
                // The header is longer than the prefix, or damaged; the whole file shows which.
            }
        }

        stream.Position = 0;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return Of(path, DicomFile.Parse(content, path, ImageReadOptions.DefaultMaxValues, headerOnly: true));
    }

    /// <summary>Whether a file is DICOM, or says so by its name.</summary>
    public static bool IsDicom(string path)
    {
        if (new DicomReader().Suffixes.Any(suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        using var stream = File.OpenRead(path);
        var head = new byte[ImageReaders.HeadLength];
        return DicomFile.IsDicom(head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
    }

    private static DicomSlice? Of(string path, DicomFile file) => file.IsImage ? new DicomSlice(path, file) : null;
}
