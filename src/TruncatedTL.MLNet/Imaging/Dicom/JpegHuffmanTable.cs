using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>A Huffman table (ITU-T T.81, annex C), laid out so that the next 16 bits give the symbol at once.</summary>
internal sealed class JpegHuffmanTable
{
    // Upper byte: length of the code, 0 for none; lower byte: symbol.
    private readonly ushort[] _byBits = new ushort[1 << 16];

    private JpegHuffmanTable(byte[] definition) => Definition = definition;

    /// <summary>The table as it stands in its segment.</summary>
    public byte[] Definition { get; }

    public bool IsAc => Definition[0] >> 4 == 1;

    public int Id => Definition[0] & 15;

    /// <summary>The length of the code that these bits begin with, and its symbol; length 0 where there is no such code.</summary>
    public (int Length, int Symbol) this[int next16] => (_byBits[next16] >> 8, _byBits[next16] & 0xFF);

    /// <summary>Reads all tables of a segment.</summary>
    public static IReadOnlyList<JpegHuffmanTable> Read(JpegSegment segment, string name)
    {
        var tables = new List<JpegHuffmanTable>();
        for (var rest = segment.Payload.Span; rest.Length > 0;)
        {
            var count = 0;
            for (var i = 1; i <= 16 && rest.Length > 16; i++)
            {
                count += rest[i];
            }

            if (count is 0 or > 256 || rest.Length < 17 + count || rest[0] >> 4 > 1 || (rest[0] & 15) > 3)
            {
                throw Damaged(name);
            }

            var table = new JpegHuffmanTable(rest[..(17 + count)].ToArray());
            table.Fill(rest.Slice(1, 16), rest.Slice(17, count), name);
            tables.Add(table);
            rest = rest[(17 + count)..];
        }

        return tables;
    }

    private void Fill(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols, string name)
    {
        var next = 0;
        var used = 0;
        for (var length = 1; length <= 16; length++)
        {
            for (var i = 0; i < counts[length - 1]; i++, next++)
            {
                var span = 1 << (16 - length);
                // The symbol of a difference is a number of bits.
                if (used + span > _byBits.Length || (!IsAc && symbols[next] > 16))
                {
                    throw Damaged(name);
                }

                _byBits.AsSpan(used, span).Fill((ushort)((length << 8) | symbols[next]));
                used += span;
            }
        }
    }

    private static ImageFormatException Damaged(string name) => new(name, "a Huffman table of a JPEG stream is damaged");
}
