using System.Globalization;

namespace TruncatedTL.MLNet.Search;

/// <summary>The arguments of a method in writing; each is taken once, and what nobody took is an error.</summary>
internal sealed class MethodOptions(string text, IEnumerable<string> arguments)
{
    private readonly List<string> _left = [.. arguments];

    public int? Take(string key, int? usual)
    {
        if (TakeValue(key) is not { } value)
        {
            return usual;
        }

        return int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw MethodText.NotAMethod(text, $"{key} is a whole number");
    }

    public bool Take(string key, bool usual)
    {
        if (TakeValue(key) is not { } value)
        {
            return usual;
        }

        return bool.TryParse(value, out var flag) ? flag : throw MethodText.NotAMethod(text, $"{key} is true or false");
    }

    public IReadOnlyList<string> TakeTexts()
    {
        var texts = _left.ToArray();
        _left.Clear();
        return texts;
    }

    public void RequireAllTaken()
    {
        if (_left.Count > 0)
        {
            throw MethodText.NotAMethod(text, $"it has no option '{_left[0]}', or has it twice");
        }
    }

    private string? TakeValue(string key)
    {
        for (var i = 0; i < _left.Count; i++)
        {
            if (_left[i].Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value] && name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                _left.RemoveAt(i);
                return value;
            }
        }

        return null;
    }
}
