using System.Buffers.Binary;
using System.Text;
using TruncatedTL.MLNet.Weights;
using TruncatedTL.MLNet.Weights.PyTorch;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Zip archives whose directory and content disagree.</summary>
public class ZipDirectoryTests
{
    private const uint EntrySignature = 0x02014B50;
    private const uint LocalSignature = 0x04034B50;
    private const uint EndSignature = 0x06054B50;
    private const uint Locator64Signature = 0x07064B50;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsEveryEntry(bool useZip64)
    {
        var zip = Open(Archive(useZip64));

        Assert.Equal(["first", "second", "läßt"], zip.Entries.Keys);
        Assert.Equal("one"u8.ToArray(), zip.Read(zip.Entries["first"]));
        Assert.Equal("two"u8.ToArray(), zip.Read(zip.Entries["second"]));
        Assert.Empty(zip.Read(zip.Entries["läßt"]));
    }

    [Fact]
    public void AnArchiveCommentIsNoObstacle()
    {
        var bytes = Archive();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 2), 5);

        Assert.Equal(3, Open([.. bytes, .. "hello"u8]).Entries.Count);
    }

    [Fact]
    public void RefusesOverlappingEntries()
    {
        // A classic bomb: every name of the directory points to the same data.
        var bytes = Archive();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Find(bytes, EntrySignature, 1) + 42), 0);

        Refuses(bytes, "reaches into what follows it");
    }

    [Fact]
    public void RefusesSizesBeyondTheNextEntry()
    {
        var bytes = Archive();
        var entry = Find(bytes, EntrySignature, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 20), 1000);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 24), 1000);

        Refuses(bytes, "reaches into what follows it");
    }

    [Fact]
    public void RefusesAnEntryThatOverrunsOnlyByItsLocalHeader()
    {
        // The name and extra field of the local header push the data into the next entry.
        var bytes = Archive();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Find(bytes, LocalSignature, 0) + 28), 2);

        RefusesContent(bytes, "reaches into what follows it");
    }

    [Fact]
    public void RefusesLocalHeadersThatDiffer()
    {
        var renamed = Archive();
        renamed[Find(renamed, LocalSignature, 0) + 30] = (byte)'F';
        var unsigned = Archive();
        unsigned[Find(unsigned, LocalSignature, 0)] = 0;
        var otherMethod = Archive();
        otherMethod[Find(otherMethod, LocalSignature, 0) + 8] = 8;

        foreach (var bytes in (byte[][])[renamed, unsigned, otherMethod])
        {
            RefusesContent(bytes, "does not stand where the directory says");
        }
    }

    [Fact]
    public void RefusesStoredEntriesOfTwoSizes()
    {
        var bytes = Archive();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Find(bytes, EntrySignature, 0) + 24), 4);

        RefusesContent(bytes, "two different sizes");
    }

    [Fact]
    public void RefusesChangedContent()
    {
        var bytes = Archive();
        bytes[bytes.AsSpan().IndexOf("one"u8)] = (byte)'O';

        RefusesContent(bytes, "its checksum does not match");
    }

    [Fact]
    public void RefusesImpossibleDirectories()
    {
        var missing = Archive();
        missing[Find(missing, EndSignature, 0)] = 0;
        Refuses(missing, "the file is truncated");

        var manyParts = Archive();
        manyParts[Find(manyParts, EndSignature, 0) + 4] = 1;
        Refuses(manyParts, "several parts");

        var outside = Archive();
        BinaryPrimitives.WriteUInt32LittleEndian(outside.AsSpan(Find(outside, EndSignature, 0) + 16), (uint)outside.Length);
        Refuses(outside, "lies outside the file");

        var tooMany = Archive();
        BinaryPrimitives.WriteUInt16LittleEndian(tooMany.AsSpan(Find(tooMany, EndSignature, 0) + 10), 500);
        Refuses(tooMany, "claims 500 entries");

        var oneMore = Archive();
        BinaryPrimitives.WriteUInt16LittleEndian(oneMore.AsSpan(Find(oneMore, EndSignature, 0) + 10), 4);
        Assert.Throws<WeightsFormatException>(() => Open(oneMore));

        var longName = Archive();
        BinaryPrimitives.WriteUInt16LittleEndian(longName.AsSpan(Find(longName, EntrySignature, 2) + 28), ushort.MaxValue);
        Refuses(longName, "ends in the middle of an entry");

        var noLocator = Archive(useZip64: true);
        noLocator[Find(noLocator, Locator64Signature, 0)] = 0;
        Refuses(noLocator, "ZIP64 locator is missing");

        var lostEnd = Archive(useZip64: true);
        lostEnd[Find(lostEnd, Locator64Signature, 0) + 8] ^= 1;
        Refuses(lostEnd, "ZIP64 end record is missing");
    }

    private static byte[] Archive(bool useZip64 = false) =>
        new ZipWriter { UseZip64 = useZip64 }.Add("first", "one"u8.ToArray()).Add("second", "two"u8.ToArray()).Add("läßt", []).ToArray();

    private static int Find(byte[] bytes, uint signature, int occurrence)
    {
        var position = -1;
        do
        {
            var found = bytes.AsSpan(position + 1).IndexOf(BitConverter.GetBytes(signature));
            Assert.True(found >= 0, Encoding.ASCII.GetString(bytes));
            position += found + 1;
        }
        while (occurrence-- > 0);

        return position;
    }

    private static ZipContent Open(byte[] bytes) => new(ByteSource.FromStream(new MemoryStream(bytes), "test.pth"));

    private static void Refuses(byte[] bytes, string explanation) =>
        Assert.Contains(explanation, Assert.Throws<WeightsFormatException>(() => Open(bytes)).Message, StringComparison.Ordinal);

    private static void RefusesContent(byte[] bytes, string explanation)
    {
        var zip = Open(bytes);
        Assert.Contains(explanation, Assert.Throws<WeightsFormatException>(() => zip.Read(zip.Entries["first"])).Message, StringComparison.Ordinal);
    }
}
