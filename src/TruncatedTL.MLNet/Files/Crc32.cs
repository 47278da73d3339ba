namespace TruncatedTL.MLNet.Files;

/// <summary>
/// The checksum of the ZIP format (CRC-32, ISO 3309, reflected polynomial 0xEDB88320), eight bytes per step.
/// </summary>
/// <remarks>The framework stores this checksum when it writes ZIP files but does not check it when it reads them.</remarks>
internal struct Crc32
{
    private const int TableCount = 8;

    private static readonly uint[] Tables = CreateTables();

    private uint _complement;

    /// <summary>The checksum of everything appended so far.</summary>
    public readonly uint Value => _complement;

    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = default(Crc32);
        crc.Append(bytes);
        return crc.Value;
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = ~_complement;
        var tables = Tables;
        while (bytes.Length >= 8)
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = tables[(7 << 8) + (int)(crc & 0xFF)]
                ^ tables[(6 << 8) + (int)((crc >> 8) & 0xFF)]
                ^ tables[(5 << 8) + (int)((crc >> 16) & 0xFF)]
                ^ tables[(4 << 8) + (int)(crc >> 24)]
                ^ tables[(3 << 8) + bytes[4]]
                ^ tables[(2 << 8) + bytes[5]]
                ^ tables[(1 << 8) + bytes[6]]
                ^ tables[bytes[7]];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = (crc >> 8) ^ tables[(int)((crc ^ value) & 0xFF)];
        }

        _complement = ~crc;
    }

    private static uint[] CreateTables()
    {
        var tables = new uint[TableCount << 8];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }

            tables[i] = crc;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            var previous = tables[i - 256];
            tables[i] = (previous >> 8) ^ tables[(int)(previous & 0xFF)];
        }

        return tables;
    }
}
