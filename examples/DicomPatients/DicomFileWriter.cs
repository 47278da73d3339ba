using System.Buffers.Binary;
using System.Text;

namespace DicomPatients;

/// <summary>The least that a DICOM file of one grey image needs: explicit VR, little endian, not compressed (DICOM PS3.5 and PS3.10).</summary>
internal static class DicomFileWriter
{
    private const string SecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
    private const string ExplicitLittleEndian = "1.2.840.10008.1.2.1";

    /// <summary>Writes 8-bit pixels as 12-bit ones with a rescale and a window, as scanners do.</summary>
    public static void Write(string path, string patient, string uid, ReadOnlySpan<byte> pixels, ushort rows, ushort columns)
    {
        var values = new byte[pixels.Length * 2];
        for (var i = 0; i < pixels.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(values.AsSpan(i * 2), (ushort)(pixels[i] * 16));
        }

        using var meta = new MemoryStream();
        Add(meta, 0x0002, 0x0001, "OB", [0, 1]);
        Add(meta, 0x0002, 0x0002, "UI", Text(SecondaryCapture, '\0'));
        Add(meta, 0x0002, 0x0003, "UI", Text(uid, '\0'));
        Add(meta, 0x0002, 0x0010, "UI", Text(ExplicitLittleEndian, '\0'));

        using var file = File.Create(path);
        file.Write(new byte[128]);
        file.Write("DICM"u8);
        Add(file, 0x0002, 0x0000, "UL", BitConverter.GetBytes((uint)meta.Length));
        file.Write(meta.ToArray());
        Add(file, 0x0008, 0x0016, "UI", Text(SecondaryCapture, '\0'));
        Add(file, 0x0008, 0x0018, "UI", Text(uid, '\0'));
        Add(file, 0x0008, 0x0060, "CS", Text("OT", ' '));
        Add(file, 0x0010, 0x0020, "LO", Text(patient, ' '));
        Add(file, 0x0020, 0x000D, "UI", Text($"{uid}.1", '\0'));
        Add(file, 0x0020, 0x000E, "UI", Text($"{uid}.2", '\0'));
        Add(file, 0x0028, 0x0002, "US", Short(1));
        Add(file, 0x0028, 0x0004, "CS", Text("MONOCHROME2", ' '));
        Add(file, 0x0028, 0x0010, "US", Short(rows));
        Add(file, 0x0028, 0x0011, "US", Short(columns));
        Add(file, 0x0028, 0x0100, "US", Short(16));
        Add(file, 0x0028, 0x0101, "US", Short(12));
        Add(file, 0x0028, 0x0102, "US", Short(11));
        Add(file, 0x0028, 0x0103, "US", Short(0));
        Add(file, 0x0028, 0x1050, "DS", Text("2048", ' '));
        Add(file, 0x0028, 0x1051, "DS", Text("4096", ' '));
        Add(file, 0x7FE0, 0x0010, "OW", values);
    }

    private static void Add(Stream stream, ushort group, ushort element, string representation, ReadOnlySpan<byte> value)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(header, group);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], element);
        Encoding.ASCII.GetBytes(representation, header[4..]);
        if (representation is "OB" or "OW")
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 0);
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)value.Length);
            stream.Write(header);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)value.Length);
            stream.Write(header[..8]);
        }

        stream.Write(value);
    }

    // Values have an even length.
    private static byte[] Text(string text, char padding) => Encoding.ASCII.GetBytes(text.Length % 2 == 0 ? text : text + padding);

    private static byte[] Short(ushort value) => BitConverter.GetBytes(value);
}
