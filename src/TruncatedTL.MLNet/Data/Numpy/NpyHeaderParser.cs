using System.Globalization;

namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>
/// Reads the one Python literal that a NumPy header consists of,
/// <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }</c>, and nothing else: exactly these three keys,
/// in any order, then blanks and the closing line feed.
/// </summary>
internal ref struct NpyHeaderParser
{
    private readonly ReadOnlySpan<char> _text;
    private readonly string _source;
    private int _position;

    private NpyHeaderParser(string text, string source)
    {
        _text = text;
        _source = source;
    }

    /// <summary>Parses the literal.</summary>
    /// <exception cref="ImageFormatException">The text is anything else.</exception>
    public static (string Descr, bool IsFortranOrder, int[] Shape) Parse(string text, string source)
    {
        return new NpyHeaderParser(text, source).ParseDictionary();
    }

    private (string Descr, bool IsFortranOrder, int[] Shape) ParseDictionary()
    {
        string? descr = null;
        bool? isFortranOrder = null;
        int[]? shape = null;
        Expect('{');
        while (!TryTake('}'))
        {
            var key = ParseString();
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = ParseDescr();
                    break;
                case "fortran_order" when isFortranOrder is null:
                    isFortranOrder = ParseBoolean();
                    break;
                case "shape" when shape is null:
                    shape = ParseShape();
                    break;
                case "descr" or "fortran_order" or "shape":
                    throw Broken($"'{key}' occurs twice");
                default:
                    throw Broken($"the key '{NpyHeader.Printable(key)}' is not part of the format");
            }

            if (!TryTake(','))
            {
                Expect('}');
                break;
            }
        }

        SkipBlanks();
        if (_position < _text.Length)
        {
            throw Broken("there is text after the dictionary");
        }

        return (descr ?? throw Broken("'descr' is missing"), isFortranOrder ?? throw Broken("'fortran_order' is missing"), shape ?? throw Broken("'shape' is missing"));
    }

    private string ParseDescr()
    {
        SkipBlanks();
        if (_position < _text.Length && _text[_position] == '[')
        {
            throw new ImageFormatException(_source, "structured arrays (a list of named fields) are not supported; save each field as an array of its own");
        }

        return ParseString();
    }

    private string ParseString()
    {
        SkipBlanks();
        if (_position >= _text.Length || _text[_position] is not ('\'' or '"'))
        {
            throw Broken("a quoted string is expected");
        }

        var length = _text[(_position + 1)..].IndexOf(_text[_position]);
        var value = length < 0 ? default : _text.Slice(_position + 1, length);
        if (length < 0 || value.ContainsAny('\\', '\n'))
        {
            throw Broken("a string is not closed, or has an escape sequence");
        }

        _position += length + 2;
        return value.ToString();
    }

    private bool ParseBoolean()
    {
        SkipBlanks();
        if (_text[_position..].StartsWith("True"))
        {
            _position += 4;
            return true;
        }

        if (_text[_position..].StartsWith("False"))
        {
            _position += 5;
            return false;
        }

        throw Broken("True or False is expected");
    }

    private int[] ParseShape()
    {
        var shape = new List<int>();
        Expect('(');
        while (!TryTake(')'))
        {
            shape.Add(ParseExtent());
            if (!TryTake(','))
            {
                // Python writes a tuple of one as (3,); without the comma it is a plain number in brackets.
                if (shape.Count == 1)
                {
                    throw Broken("the shape is not a tuple");
                }

                Expect(')');
                break;
            }
        }

        return [.. shape];
    }

    private int ParseExtent()
    {
        SkipBlanks();
        var start = _position;
        while (_position < _text.Length && char.IsAsciiDigit(_text[_position]))
        {
            _position++;
        }

        if (_position == start)
        {
            throw Broken("the shape must consist of whole numbers that are not negative");
        }

        if (!int.TryParse(_text[start.._position], NumberStyles.None, CultureInfo.InvariantCulture, out var extent))
        {
            throw Broken("a dimension of the shape is larger than 2147483647");
        }

        // Python 2 wrote long integers with this suffix.
        if (_position < _text.Length && _text[_position] == 'L')
        {
            _position++;
        }

        return extent;
    }

    private void Expect(char character)
    {
        if (!TryTake(character))
        {
            throw Broken($"'{character}' is expected");
        }
    }

    private bool TryTake(char character)
    {
        SkipBlanks();
        if (_position >= _text.Length || _text[_position] != character)
        {
            return false;
        }

        _position++;
        return true;
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\n')
        {
            _position++;
        }
    }

    private readonly ImageFormatException Broken(string problem)
    {
        return new ImageFormatException(_source, $"the NumPy header cannot be read at character {_position}: {problem}");
    }
}
