using System.Globalization;
using System.Numerics;
using System.Text;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>Decodes the numbers and texts of pickle opcodes.</summary>
internal static class PickleScalars
{
    private const int MaxNumberText = 512;
    private const int MaxIntegerBytes = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>INT: decimal text; 00 and 01 are the truth values of protocols 0 and 1.</summary>
    public static object ReadIntLine(PickleInput input)
    {
        var line = input.ReadAsciiLine(MaxNumberText);
        return line switch
        {
            "00" => false,
            "01" => true,
            _ => ParseInteger(line),
        };
    }

    /// <summary>LONG: decimal text, in most files with a trailing L.</summary>
    public static object ReadLongLine(PickleInput input)
    {
        var line = input.ReadAsciiLine(MaxNumberText);
        return ParseInteger(line.EndsWith('L') ? line[..^1] : line);
    }

    /// <summary>FLOAT: decimal text as Python's repr writes it.</summary>
    public static object ReadFloatLine(PickleInput input)
    {
        var line = input.ReadAsciiLine(MaxNumberText);
        return line switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ when double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
            _ => throw new PickleDataException($"{DisplayText.Quote(line)} is not a number"),
        };
    }

    /// <summary>LONG1 and LONG4: two's complement, little endian, any length.</summary>
    public static object ReadBinaryInteger(PickleInput input, ulong byteCount)
    {
        var bytes = input.ReadBytes(byteCount, MaxIntegerBytes);
        return Normalise(new BigInteger(bytes));
    }

    /// <summary>A memo index in decimal text.</summary>
    public static uint ReadIndexLine(PickleInput input)
    {
        var line = input.ReadAsciiLine(MaxNumberText);
        return uint.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new PickleDataException($"{DisplayText.Quote(line)} is not a memo index");
    }

    /// <summary>UTF-8 text; Python also lets lone surrogates through, which mean nothing in a tensor name.</summary>
    public static string DecodeUtf8(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new PickleDataException("a text is not valid UTF-8");
        }
    }

    /// <summary>STRING: a quoted Python 2 string with escapes.</summary>
    public static string ReadQuotedLine(PickleInput input, int limit)
    {
        var line = Encoding.Latin1.GetString(input.ReadLine(limit));
        if (line.Length < 2 || line[0] != line[^1] || line[0] is not ('\'' or '"'))
        {
            throw new PickleDataException("a string is not quoted");
        }

        return Unescape(line[1..^1], isRawUnicode: false);
    }

    /// <summary>UNICODE: text in which only \u and \U are escapes.</summary>
    public static string ReadRawUnicodeLine(PickleInput input, int limit) =>
        Unescape(Encoding.Latin1.GetString(input.ReadLine(limit)), isRawUnicode: true);

    private static object ParseInteger(string text) =>
        BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Normalise(value)
            : throw new PickleDataException($"{DisplayText.Quote(text)} is not an integer");

    // Without the cast to object the two results would meet as BigInteger.
    private static object Normalise(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    private static string Unescape(string text, bool isRawUnicode)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                builder.Append(text[i]);
                continue;
            }

            var kind = text[i + 1];
            var digits = (kind, isRawUnicode) switch
            {
                ('u', true) => 4,
                ('U', true) => 8,
                ('x', false) => 2,
                _ => 0,
            };
            if (digits > 0)
            {
                builder.Append(DecodeHex(text, i + 2, digits));
                i += 1 + digits;
            }
            else if (isRawUnicode)
            {
                builder.Append('\\').Append(kind);
                i++;
            }
            else
            {
                builder.Append(kind switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '\\' or '\'' or '"' => kind, _ => throw Escape() });
                i++;
            }
        }

        return builder.ToString();
    }

    private static string DecodeHex(string text, int start, int digits)
    {
        if (start + digits > text.Length
            || !uint.TryParse(text.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw Escape();
        }

        return new Rune(code).ToString();
    }

    private static PickleDataException Escape() => new("a string holds an invalid escape");
}
