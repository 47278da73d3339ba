using System.Buffers.Binary;
using System.Text;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Tests.Support;

/// <summary>An image format for tests: what a file says is written down plainly, so that tests of loading do not depend on any real format.</summary>
internal sealed class PlainImageFile : ImageReader
{
    public const string Suffix = ".plainimage";

    private const int FixedLength = 64;
    private static readonly byte[] Mark = "TRUNCATEDTL PLAIN IMAGE\n"u8.ToArray();

    static PlainImageFile() => ImageReaders.Add(new PlainImageFile());

    public override string Name => "Plain";

    public override IReadOnlyList<string> Suffixes => [Suffix];

    /// <summary>Makes the format known to the library; the static constructor does it once.</summary>
    public static void Register() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(PlainImageFile).TypeHandle);

    /// <summary>The content of a file with this image.</summary>
    public static byte[] Write(DecodedImage image)
    {
        Register();
        var patient = Encoding.UTF8.GetBytes(image.Origin is null ? "" : $"{image.Origin.PatientId}\n{image.Origin.StudyUid}\n{image.Origin.SeriesUid}");
        var content = new byte[FixedLength + (8 * 5) + patient.Length + (4 * image.Values.Length)];
        Mark.CopyTo(content, 0);
        var at = Mark.Length;
        foreach (var number in new[] { image.Channels, image.SpatialShape.Count, image.SpatialShape[0], image.SpatialShape[1], image.SpatialShape.Count > 2 ? image.SpatialShape[2] : 0, Flags(image), patient.Length })
        {
            BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(at), number);
            at += 4;
        }

        at = FixedLength;
        var spacing = image.SpacingMillimetres ?? [0, 0, 0];
        var window = image.Windows.Count > 0 ? image.Windows[0] : null;
        foreach (var number in new[] { spacing[0], spacing[1], spacing.Count > 2 ? spacing[2] : 0, window?.Center ?? 0, window?.Width ?? 0 })
        {
            BinaryPrimitives.WriteDoubleLittleEndian(content.AsSpan(at), number);
            at += 8;
        }

        patient.CopyTo(content, at);
        at += patient.Length;
        foreach (var value in image.Values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(at), value);
            at += 4;
        }

        return content;
    }

    public override bool Recognises(ReadOnlySpan<byte> head) => head.StartsWith(Mark);

    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        if (content.Length < FixedLength || !Recognises(content.Span))
        {
            throw new ImageFormatException(name, "the mark is missing");
        }

        var numbers = Enumerable.Range(0, 7).Select(i => BinaryPrimitives.ReadInt32LittleEndian(content.Span[(Mark.Length + (4 * i))..])).ToArray();
        var real = Enumerable.Range(0, 5).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(content.Span[(FixedLength + (8 * i))..])).ToArray();
        int[] shape = [.. numbers.Skip(2).Take(numbers[1])];
        var start = FixedLength + 40 + numbers[6];
        var count = shape.Aggregate(numbers[0], (product, length) => product * length);
        if (content.Length != start + (4 * count))
        {
            throw new ImageFormatException(name, "the file is cut off");
        }

        if (count > options.MaxValues)
        {
            throw new ImageFormatException(name, $"it has more than {options.MaxValues} values");
        }

        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(content.Span[(start + (4 * i))..]);
        }

        var origin = Encoding.UTF8.GetString(content.Span.Slice(FixedLength + 40, numbers[6])).Split('\n').Select(text => text.Length == 0 ? null : text).ToArray();
        return new DecodedImage(values, numbers[0], shape)
        {
            HasByteValues = (numbers[5] & 1) != 0,
            LowestIsWhite = (numbers[5] & 2) != 0,
            SpacingMillimetres = real[0] > 0 ? [.. real.Take(shape.Length)] : null,
            Windows = real[4] > 0 ? [new IntensityWindow(real[3], real[4])] : [],
            Origin = origin.Length == 3 ? new ImageOrigin { PatientId = origin[0], StudyUid = origin[1], SeriesUid = origin[2] } : null,
        };
    }

    private static int Flags(DecodedImage image) => (image.HasByteValues ? 1 : 0) | (image.LowestIsWhite ? 2 : 0);
}
