using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>Reads bits and Huffman codes from the compressed values of a scan (ITU-T T.81, annex F.2.2).</summary>
internal ref struct JpegBitReader(ReadOnlySpan<byte> bytes, string name)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _name = name;
    private int _at = 0;
    private ulong _bits = 0;
    private int _count = 0;

    /// <summary>The symbol of the next code.</summary>
    public int ReadSymbol(JpegHuffmanTable table)
    {
        Fill();
        var next = _count >= 16 ? (int)(_bits >> (_count - 16)) & 0xFFFF : (int)(_bits << (16 - _count)) & 0xFFFF;
        var (length, symbol) = table[next];
        if (length == 0 || length > _count)
        {
            throw Damaged();
        }

        _count -= length;
        return symbol;
    }

    /// <summary>A difference of the given number of bits, 0 to 16 (T.81, table H.2).</summary>
    public int ReadDifference(int bits)
    {
        if (bits is 0 or 16)
        {
            return bits == 0 ? 0 : 32768;
        }

        Fill();
        if (bits > _count)
        {
            throw Damaged();
        }

        _count -= bits;
        var value = (int)(_bits >> _count) & ((1 << bits) - 1);
        return value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value;
    }

    /// <summary>Goes on behind the next restart marker.</summary>
    public void Restart()
    {
        if (_at + 2 > _bytes.Length || _bytes[_at] != 0xFF || _bytes[_at + 1] is < 0xD0 or > 0xD7)
        {
            throw Damaged();
        }

        _at += 2;
        (_bits, _count) = (0, 0);
    }

    // Stops in front of a restart marker.
    private void Fill()
    {
        while (_count <= 48 && _at < _bytes.Length)
        {
            var value = _bytes[_at];
            if (value == 0xFF)
            {
                if (_at + 1 >= _bytes.Length || _bytes[_at + 1] != 0)
                {
                    return;
                }

                _at++;
            }

            _at++;
            _bits = (_bits << 8) | value;
            _count += 8;
        }
    }

    private readonly ImageFormatException Damaged() => new(_name, "the compressed values of a JPEG stream are damaged or end too early");
}
