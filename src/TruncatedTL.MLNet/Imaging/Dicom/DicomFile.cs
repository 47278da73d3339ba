using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>A parsed file: how it is encoded, the elements that matter, and its pixel data, not decoded.</summary>
internal sealed class DicomFile
{
    private const int PreambleLength = 128;

    // The directory of a disc; a DICOM file, but not an image.
    private const string DirectoryStorage = "1.2.840.10008.1.3.10";

    private DicomFile(string name, TransferSyntax syntax, DicomDataSet dataSet, DataSetParser parser, bool isDirectory)
    {
        Name = name;
        Syntax = syntax;
        DataSet = dataSet;
        PixelData = parser.PixelData;
        HasPixelData = parser.HasPixelData;
        IsImage = !isDirectory && (HasPixelData || dataSet.Contains(DicomTag.Rows));
    }

    public string Name { get; }

    public TransferSyntax Syntax { get; }

    public DicomDataSet DataSet { get; }

    /// <summary>The pixel data; null where there are none or only the header was asked for.</summary>
    public PixelDataElement? PixelData { get; }

    /// <summary>Whether there are pixel data, read or not.</summary>
    public bool HasPixelData { get; }

    /// <summary>Whether the object is or should be an image, not a report, a plan or a directory.</summary>
    public bool IsImage { get; }

    /// <summary>Who and what is shown.</summary>
    public ImageOrigin Origin => new()
    {
        PatientId = DataSet.Text(DicomTag.PatientId),
        StudyUid = DataSet.Text(DicomTag.StudyInstanceUid),
        SeriesUid = DataSet.Text(DicomTag.SeriesInstanceUid),
    };

    /// <summary>Whether content is DICOM: by its mark, or, for files without one, by its first element.</summary>
    public static bool IsDicom(ReadOnlySpan<byte> head) => HasMark(head) || DicomEncoding.Detect(head) is not null;

    /// <summary>Parses content.</summary>
    /// <param name="content">The whole file, or for a header its beginning.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="maxValues">The most values that the image may have; bounds what a deflated data set may grow to.</param>
    /// <param name="headerOnly">Stops at the pixel data.</param>
    /// <exception cref="ImageFormatException">The content is not DICOM, or is damaged.</exception>
    public static DicomFile Parse(ReadOnlyMemory<byte> content, string name, long maxValues, bool headerOnly = false)
    {
        if (!IsDicom(content.Span))
        {
            throw new ImageFormatException(name, "it is not a DICOM file: neither the mark DICM at byte 128 nor a first element is there");
        }

        var cursor = new ByteCursor(content, name);
        if (HasMark(content.Span))
        {
            cursor.Take(PreambleLength + 4, "the preamble");
        }

        var meta = new DataSetParser(cursor, name, headerOnly).ReadMetaInformation();
        var declared = meta.Text(DicomTag.TransferSyntaxUid) is { } uid ? TransferSyntax.Find(uid) : null;
        if (declared is { IsDeflated: true })
        {
            // Four bytes a value are the most that are stored; the rest is for everything that is not pixels.
            var maxBytes = (long)Int128.Min(long.MaxValue, ((Int128)maxValues * 4) + (16 << 20));
            cursor = new ByteCursor(DeflatedDataSet.Inflate(content[cursor.Position..], maxBytes, name), name);
        }

        // Writers get this wrong, so the first element has the last word; what it shows leaves no doubt.
        var detected = DicomEncoding.Detect(cursor.Rest);
        var syntax = declared ?? TransferSyntax.Of(detected ?? DicomEncoding.ImplicitLittleEndian);
        var parser = new DataSetParser(cursor, name, headerOnly);
        var dataSet = parser.ReadDataSet(detected ?? syntax.Encoding);
        return new DicomFile(name, syntax, dataSet, parser, meta.Text(DicomTag.MediaStorageSopClassUid) == DirectoryStorage);
    }

    private static bool HasMark(ReadOnlySpan<byte> head) => head.Length >= PreambleLength + 4 && BinaryPrimitives.ReadUInt32BigEndian(head[PreambleLength..]) == 0x4449434D;
}
