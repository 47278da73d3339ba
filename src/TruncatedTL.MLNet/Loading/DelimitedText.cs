using System.Text;

namespace TruncatedTL.MLNet.Loading;

/// <summary>
/// Reads tables as RFC 4180 describes them, with a comma or another separator, and is strict: general readers pass over an open quotation mark, and
/// with it over all rows up to the next one.
/// </summary>
internal sealed class DelimitedText
{
    private const int MaxFieldCharacters = 1 << 16;
    private const int EndOfText = -1;

    private readonly string _path;
    private readonly TextReader _text;
    private readonly char _separator;
    private readonly StringBuilder _field = new();
    private int _line = 1;

    private DelimitedText(string path, TextReader text, char separator)
    {
        _path = path;
        _text = text;
        _separator = separator;
    }

    /// <summary>Fails for characters that mean something else in a table.</summary>
    public static void RequireSeparator(char? separator)
    {
        if (separator is '"' or '\r' or '\n')
        {
            throw new ArgumentOutOfRangeException(nameof(separator), separator, "A quotation mark or an end of line cannot separate fields.");
        }
    }

    /// <summary>Reads a table in UTF-8, or UTF-16 with a byte order mark.</summary>
    /// <param name="path">The table.</param>
    /// <param name="separator">What separates fields; null for what the suffix says.</param>
    /// <returns>The records that are not blank, with the line on which each begins. The first is the header; all have as many fields.</returns>
    /// <exception cref="ImageTableException">The table is damaged.</exception>
    public static IReadOnlyList<(int Line, string[] Fields)> Read(string path, char? separator)
    {
        var isTabbed = path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tab", StringComparison.OrdinalIgnoreCase);
        using var text = new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true));
        var reader = new DelimitedText(path, text, separator ?? (isTabbed ? '\t' : ','));
        try
        {
            return reader.ReadAll();
        }
        catch (DecoderFallbackException exception)
        {
            throw new ImageTableException(path, reader._line, "the text is not UTF-8", exception);
        }
    }

    private List<(int Line, string[] Fields)> ReadAll()
    {
        var records = new List<(int Line, string[] Fields)>();
        while (_text.Peek() != EndOfText)
        {
            var start = _line;
            var fields = ReadRecord();
            if (fields is [""])
            {
                continue;
            }

            if (records.Count > 0 && fields.Length != records[0].Fields.Length)
            {
                throw new ImageTableException(_path, start, $"there are {fields.Length} fields; the header has {records[0].Fields.Length}");
            }

            records.Add((start, fields));
        }

        return records;
    }

    private string[] ReadRecord()
    {
        var fields = new List<string>();
        int end;
        do
        {
            (var field, end) = _text.Peek() == '"' ? ReadQuoted() : ReadPlain();
            fields.Add(field);
        }
        while (end == _separator);

        _line++;
        return [.. fields];
    }

    private (string Field, int End) ReadPlain()
    {
        _field.Clear();
        while (true)
        {
            var next = _text.Read();
            if (next == _separator || IsEndOfRecord(next))
            {
                return (_field.ToString(), next);
            }

            if (next == '"')
            {
                throw new ImageTableException(_path, _line, "a quotation mark stands inside a field; a field with one must be quoted as a whole, and the mark doubled");
            }

            Append(next, _line);
        }
    }

    private (string Field, int End) ReadQuoted()
    {
        _field.Clear();
        var start = _line;
        _text.Read();
        while (true)
        {
            var next = _text.Read();
            switch (next)
            {
                case EndOfText:
                    throw new ImageTableException(_path, start, "a quotation mark is opened here and never closed");
                case '"' when _text.Peek() == '"':
                    _text.Read();
                    Append(next, start);
                    break;
                case '"':
                    var end = _text.Read();
                    return end == _separator || IsEndOfRecord(end)
                        ? (_field.ToString(), end)
                        : throw new ImageTableException(_path, _line, $"a quoted field goes on after its closing quotation mark, with '{(char)end}'");
                default:
                    if (next == '\n')
                    {
                        _line++;
                    }

                    Append(next, start);
                    break;
            }
        }
    }

    private bool IsEndOfRecord(int next)
    {
        if (next == '\r' && _text.Peek() == '\n')
        {
            next = _text.Read();
        }

        return next is EndOfText or '\n' or '\r';
    }

    private void Append(int character, int line)
    {
        if (_field.Length == MaxFieldCharacters)
        {
            throw new ImageTableException(_path, line, $"a field is longer than {MaxFieldCharacters} characters; perhaps a quotation mark was not closed");
        }

        _field.Append((char)character);
    }
}
