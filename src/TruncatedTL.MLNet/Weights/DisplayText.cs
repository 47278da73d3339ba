using System.Text;

namespace TruncatedTL.MLNet.Weights;

/// <summary>Text from a file made fit for a message: short, one line, without control characters.</summary>
internal static class DisplayText
{
    private const int MaxLength = 160;

    /// <summary>The text in single quotes.</summary>
    public static string Quote(string text) => $"'{Clean(text)}'";

    /// <summary>The text with control and other unprintable characters written as escapes, cut to a readable length.</summary>
    public static string Clean(string text)
    {
        var builder = new StringBuilder();
        foreach (var character in text)
        {
            if (builder.Length >= MaxLength)
            {
                return builder.Append("...").ToString();
            }

            if (char.IsControl(character) || char.IsSurrogate(character) || character is '\u2028' or '\u2029'
                || char.GetUnicodeCategory(character) is System.Globalization.UnicodeCategory.Format)
            {
                builder.Append($"\\u{(int)character:x4}");
            }
            else
            {
                builder.Append(character);
            }
        }

        return builder.ToString();
    }
}
