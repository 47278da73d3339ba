using System.Text;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

public sealed class DelimitedTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Quotes_breaks_and_blank_lines_are_read_as_RFC_4180_says()
    {
        var records = Read("path,label\r\n\r\n\"a,\"\"b\"\"\r\nc\", x \r\nd,\r\n\"\",e");
        Assert.Equal(4, records.Count);
        Assert.Equal((1, "path|label"), (records[0].Line, string.Join('|', records[0].Fields)));
        Assert.Equal((3, "a,\"b\"\r\nc| x "), (records[1].Line, string.Join('|', records[1].Fields)));
        Assert.Equal((5, "d|"), (records[2].Line, string.Join('|', records[2].Fields)));
        Assert.Equal((6, "|e"), (records[3].Line, string.Join('|', records[3].Fields)));
    }

    [Fact]
    public void Byte_order_marks_are_no_part_of_the_first_header()
    {
        Assert.Equal(["path", "ä"], Read([0xEF, 0xBB, 0xBF, .. "path,ä\n"u8])[0].Fields);
        Assert.Equal(["path", "ä"], Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("path,ä\n")])[0].Fields);
        Assert.Equal(["a,b", "c"], DelimitedText.Read(_folder.Write("x.TSV", "a,b\tc"u8.ToArray()), null)[0].Fields);
        Assert.Equal(["a", "b"], DelimitedText.Read(_folder.Write("x.tsv", "a;b"u8.ToArray()), ';')[0].Fields);
        Assert.Empty(Read(""));
    }

    [Theory]
    [InlineData("a,b\nc\n", 2, "1 fields; the header has 2")]
    [InlineData("a,b\nc,d\n\"e\n\n,f\n", 3, "never closed")]
    [InlineData("a,b\nc,\"d\"e\n", 2, "goes on after its closing quotation mark, with 'e'")]
    [InlineData("a,b\nc,d\"\n", 2, "stands inside a field")]
    public void Damage_is_reported_with_its_line(string text, int line, string problem)
    {
        var error = Assert.Throws<ImageTableException>(() => Read(text));
        Assert.Equal(line, error.Line);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains($"table.csv, line {line}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_encodings_and_endless_fields_are_refused()
    {
        Assert.Contains("not UTF-8", Assert.Throws<ImageTableException>(() => Read([.. "a,b\n"u8, 0xE4, (byte)',', (byte)'x'])).Message, StringComparison.Ordinal);
        Assert.Contains("longer than", Assert.Throws<ImageTableException>(() => Read("a,b\n\"" + new string('x', 100_000))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => DelimitedText.RequireSeparator('"'));
    }

    [Fact]
    public void What_is_written_by_the_rules_is_read_back()
    {
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var width = random.Next(2, 5);
            var rows = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Enumerable.Range(0, width).Select(_ => RandomField(random)).ToArray()).ToArray();
            var text = string.Concat(rows.Select(row => string.Join(',', row.Select(Quoted)) + (random.Next(2) == 0 ? "\n" : "\r\n")));
            Assert.Equal(rows, Read(text).Select(record => record.Fields));
        }
    }

    [Fact]
    public void Any_bytes_are_a_table_or_a_typed_error()
    {
        var random = new Random(2);
        var original = "path,label\n\"a,\"\"b\"\"\",x\nc,d\n"u8.ToArray();
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var bytes = original.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes[random.Next(bytes.Length)] = ",\"\r\n"u8[random.Next(4)];
            try
            {
                Read(bytes);
            }
            catch (ImageTableException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 2000);
    }

    private static string RandomField(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "ab ,\"\r\näx"[random.Next(9)]));

    private static string Quoted(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private IReadOnlyList<(int Line, string[] Fields)> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private IReadOnlyList<(int Line, string[] Fields)> Read(byte[] content) => DelimitedText.Read(_folder.Write("table.csv", content), null);
}
