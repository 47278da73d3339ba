using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// The elements of a data set, or of an item of a sequence, that were kept. An element that is absent or empty gives null; one whose value breaks
/// the format is an error. Messages name the element and never its value, which may identify a person.
/// </summary>
internal sealed class DicomDataSet(string name)
{
    private readonly Dictionary<DicomTag, DicomElement> _elements = [];

    /// <summary>The file, for messages.</summary>
    public string Name => name;

    public void Add(DicomTag tag, DicomElement element)
    {
        if (!_elements.TryAdd(tag, element))
        {
            throw new ImageFormatException(name, $"{DicomTags.Describe(tag)} is there twice");
        }
    }

    public bool Contains(DicomTag tag) => _elements.ContainsKey(tag);

    public DicomElement? Find(DicomTag tag) => _elements.GetValueOrDefault(tag);

    /// <summary>The items of a sequence; empty where it is absent.</summary>
    public IReadOnlyList<DicomDataSet> Items(DicomTag tag) => Find(tag)?.Items ?? [];

    /// <summary>Text without the padding around it; null where nothing else is there.</summary>
    public string? Text(DicomTag tag)
    {
        if (Find(tag) is not { } element)
        {
            return null;
        }

        // Any other character set than UTF-8 is read byte by byte: what is equal in the file stays equal, which is what identifiers are for.
        var isUtf8 = tag != DicomTag.SpecificCharacterSet && Text(DicomTag.SpecificCharacterSet) == "ISO_IR 192";
        var text = (isUtf8 ? Encoding.UTF8 : Encoding.Latin1).GetString(element.Value.Span).Trim(' ', '\0');
        return text.Length == 0 ? null : text;
    }

    /// <summary>The first number of an element of 16-bit numbers.</summary>
    public ushort? UInt16(DicomTag tag)
    {
        if (Find(tag) is not { Value.IsEmpty: false } element)
        {
            return null;
        }

        return UInt16Values(tag, element)[0];
    }

    /// <summary>All numbers of an element of 16-bit numbers; null where it is absent.</summary>
    public ushort[]? UInt16List(DicomTag tag) => Find(tag) is { } element ? UInt16Values(tag, element) : null;

    /// <summary>The numbers of a decimal string (DS); null where it is absent or empty.</summary>
    public double[]? Decimals(DicomTag tag)
    {
        if (Text(tag) is not { } text)
        {
            return null;
        }

        return Array.ConvertAll(text.Split('\\'), part =>
            double.TryParse(part.AsSpan().Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? number
                : throw new ImageFormatException(name, $"{DicomTags.Describe(tag)} is not a decimal number"));
    }

    /// <summary>The numbers of a decimal string that is advice only: none where it is absent or not a list of numbers.</summary>
    public double[] DecimalsOrNone(DicomTag tag)
    {
        try
        {
            return Decimals(tag) ?? [];
        }
        catch (ImageFormatException)
        {
            return [];
        }
    }

    /// <summary>The first number of a decimal string; null where it is absent or empty.</summary>
    public double? Decimal(DicomTag tag) => Decimals(tag)?[0];

    /// <summary>The number of an integer string (IS); null where it is absent or empty.</summary>
    public int? Integer(DicomTag tag)
    {
        if (Text(tag) is not { } text)
        {
            return null;
        }

        return int.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ImageFormatException(name, $"{DicomTags.Describe(tag)} is not a whole number");
    }

    private ushort[] UInt16Values(DicomTag tag, DicomElement element)
    {
        var bytes = element.Value.Span;
        if (bytes.Length % 2 != 0)
        {
            throw new ImageFormatException(name, $"{DicomTags.Describe(tag)} should hold 16-bit numbers but has an odd number of bytes");
        }

        var values = new ushort[bytes.Length / 2];
        for (var i = 0; i < values.Length; i++)
        {
            var pair = bytes.Slice(2 * i, 2);
            values[i] = element.IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(pair) : BinaryPrimitives.ReadUInt16LittleEndian(pair);
        }

        return values;
    }
}
