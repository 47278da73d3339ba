using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// Splits a data set into elements (PS3.5, section 7). Reading ends at the pixel data, behind which nothing of use comes. Every byte is looked at
/// once at most, nothing is copied, and lengths are checked against the content before they are used.
/// </summary>
internal sealed class DataSetParser(ByteCursor cursor, string name, bool stopsAtPixelData)
{
    // Real files nest some ten levels deep, and the longest list per-frame data for a few ten thousand frames.
    private const int MaxDepth = 64;
    private const int MaxKept = 1 << 20;
    private const uint UndefinedLength = uint.MaxValue;

    private int _keptCount;

    /// <summary>The pixel data; null where there are none, or where reading stops before them.</summary>
    public PixelDataElement? PixelData { get; private set; }

    /// <summary>Whether the data set has pixel data.</summary>
    public bool HasPixelData { get; private set; }

    /// <summary>Reads the elements of group 0002, which are always explicit and little-endian.</summary>
    public DicomDataSet ReadMetaInformation()
    {
        var target = new DicomDataSet(name);
        while (cursor.Remaining >= 8 && BinaryPrimitives.ReadUInt16LittleEndian(cursor.Rest) == 0x0002)
        {
            ReadElement(target, DicomEncoding.Detect(cursor.Rest) ?? DicomEncoding.ExplicitLittleEndian, cursor.Length, depth: 0);
        }

        return target;
    }

    /// <summary>Reads the data set, to the pixel data or to the end.</summary>
    public DicomDataSet ReadDataSet(DicomEncoding encoding)
    {
        var target = new DicomDataSet(name);
        while (!HasPixelData && cursor.Remaining > 0)
        {
            ReadElement(target, encoding, cursor.Length, depth: 0);
        }

        return target;
    }

    // Returns false for the delimiter that ends an item of undefined length.
    private bool ReadElement(DicomDataSet? target, DicomEncoding encoding, int end, int depth)
    {
        var tag = cursor.TakeTag(encoding.IsBigEndian);
        if (tag == DicomTag.ItemDelimitation && depth > 0)
        {
            cursor.TakeUInt32(encoding.IsBigEndian, "a delimiter");
            return false;
        }

        if ((uint)tag >> 16 == 0xFFFE)
        {
            throw new ImageFormatException(name, $"an item or a delimiter stands where an element should be, before byte {cursor.Position}");
        }

        var (letters, length) = ReadHeader(tag, encoding);
        if (tag == DicomTag.PixelData && depth == 0)
        {
            HasPixelData = true;
            if (!stopsAtPixelData)
            {
                PixelData = ReadPixelData(letters, length, encoding);
            }

            return true;
        }

        if (length != UndefinedLength && length > end - cursor.Position)
        {
            if (end == cursor.Length)
            {
                cursor.Take(length, DicomTags.Describe(tag));
            }

            throw new ImageFormatException(name, $"{DicomTags.Describe(tag)} is longer than the item that it is in");
        }

        ReadValue(tag, letters, length, target, encoding, depth);
        return true;
    }

    private (string? Letters, uint Length) ReadHeader(DicomTag tag, DicomEncoding encoding)
    {
        if (!encoding.IsExplicit)
        {
            return (null, cursor.TakeUInt32(encoding.IsBigEndian, DicomTags.Describe(tag)));
        }

        var letters = cursor.Take(2, DicomTags.Describe(tag)).Span;
        if (!DicomEncoding.IsValueRepresentation(letters, out var hasLongLength))
        {
            throw new ImageFormatException(name, $"{DicomTags.Describe(tag)} has an unknown value representation, before byte {cursor.Position}");
        }

        var text = string.Create(2, (letters[0], letters[1]), (span, pair) => (span[0], span[1]) = ((char)pair.Item1, (char)pair.Item2));
        if (!hasLongLength)
        {
            return (text, cursor.TakeUInt16(encoding.IsBigEndian, DicomTags.Describe(tag)));
        }

        cursor.Take(2, DicomTags.Describe(tag));
        return (text, cursor.TakeUInt32(encoding.IsBigEndian, DicomTags.Describe(tag)));
    }

    private void ReadValue(DicomTag tag, string? letters, uint length, DicomDataSet? target, DicomEncoding encoding, int depth)
    {
        // What a writer did not know (UN) it passed on as it came, which was implicit little-endian.
        var inner = letters == "UN" ? DicomEncoding.ImplicitLittleEndian : encoding;
        if (length == UndefinedLength && letters is "OB" or "OW")
        {
            // The compressed picture of an icon, say.
            ReadFragments(encoding.IsBigEndian, null);
            return;
        }

        var isKept = target is not null && DicomTags.IsKept(tag);
        if (length == UndefinedLength || (isKept && DicomTags.IsKeptSequence(tag)))
        {
            var items = isKept ? new List<DicomDataSet>() : null;
            ReadItems(items, length, inner, depth + 1);
            if (items is not null)
            {
                target!.Add(tag, new DicomElement(default, inner.IsBigEndian, items));
                CountKept();
            }

            return;
        }

        var value = cursor.Take(length, DicomTags.Describe(tag));
        if (isKept)
        {
            target!.Add(tag, new DicomElement(value, inner.IsBigEndian));
            CountKept();
        }
    }

    private void ReadItems(List<DicomDataSet>? items, uint length, DicomEncoding encoding, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ImageFormatException(name, $"sequences are nested more than {MaxDepth} levels deep");
        }

        var end = length == UndefinedLength ? cursor.Length : cursor.Position + (int)length;
        while (length == UndefinedLength || cursor.Position < end)
        {
            var tag = cursor.TakeTag(encoding.IsBigEndian);
            var itemLength = cursor.TakeUInt32(encoding.IsBigEndian, "an item");
            if (tag == DicomTag.SequenceDelimitation && length == UndefinedLength)
            {
                return;
            }

            if (tag != DicomTag.Item)
            {
                throw new ImageFormatException(name, $"a sequence holds something else than items, before byte {cursor.Position}");
            }

            ReadItem(items, itemLength, encoding, end, depth);
        }

        if (cursor.Position > end)
        {
            throw new ImageFormatException(name, "an item is longer than the sequence that it is in");
        }
    }

    private void ReadItem(List<DicomDataSet>? items, uint length, DicomEncoding encoding, int end, int depth)
    {
        if (length != UndefinedLength && items is null)
        {
            cursor.Take(length, "an item");
            return;
        }

        DicomDataSet? target = null;
        if (items is not null)
        {
            target = new DicomDataSet(name);
            items.Add(target);
            CountKept();
        }

        if (length == UndefinedLength)
        {
            while (ReadElement(target, encoding, end, depth))
            {
            }

            return;
        }

        if (length > end - cursor.Position)
        {
            throw new ImageFormatException(name, "an item is longer than the sequence that it is in");
        }

        var itemEnd = cursor.Position + (int)length;
        while (cursor.Position < itemEnd)
        {
            if (!ReadElement(target, encoding, itemEnd, depth))
            {
                throw new ImageFormatException(name, "an item of known length ends with a delimiter");
            }
        }
    }

    private PixelDataElement ReadPixelData(string? letters, uint length, DicomEncoding encoding)
    {
        if (length != UndefinedLength)
        {
            return new PixelDataElement { Native = cursor.Take(length, "the pixel data"), IsBigEndianWords = encoding.IsBigEndian && letters is not ("OB" or "UN") };
        }

        var fragments = new List<ReadOnlyMemory<byte>>();
        ReadFragments(encoding.IsBigEndian, fragments);
        if (fragments.Count == 0)
        {
            throw new ImageFormatException(name, "the pixel data have no offset table, not even an empty one");
        }

        return new PixelDataElement { OffsetTable = fragments[0], Fragments = fragments[1..] };
    }

    private void ReadFragments(bool isBigEndian, List<ReadOnlyMemory<byte>>? fragments)
    {
        while (true)
        {
            var tag = cursor.TakeTag(isBigEndian);
            var length = cursor.TakeUInt32(isBigEndian, "a fragment of the pixel data");
            if (tag == DicomTag.SequenceDelimitation)
            {
                return;
            }

            if (tag != DicomTag.Item || length == UndefinedLength)
            {
                throw new ImageFormatException(name, $"encapsulated pixel data hold something else than fragments, before byte {cursor.Position}");
            }

            var fragment = cursor.Take(length, "a fragment of the pixel data");
            fragments?.Add(fragment);
            CountKept();
        }
    }

    private void CountKept()
    {
        if (++_keptCount > MaxKept)
        {
            throw new ImageFormatException(name, $"there are more than {MaxKept} elements, items and fragments to keep");
        }
    }
}
