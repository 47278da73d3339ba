using System.Reflection;
using System.Text.RegularExpressions;

namespace TruncatedTL.MLNet.Tool;

/// <summary>Says an error in one message.</summary>
internal static partial class ErrorText
{
    /// <summary>The message of an error, without what is meant for programmers.</summary>
    public static string Of(Exception error)
    {
        while (error is AggregateException or TargetInvocationException && error.InnerException is { } inner)
        {
            error = inner;
        }

        var text = ParameterName().Replace(error.Message, string.Empty).ReplaceLineEndings("\n").Trim();
        return error is OutOfMemoryException ? $"There is not enough memory: {text}" : text.Length > 0 ? text : error.GetType().Name;
    }

    /// <summary>The reason why a file was left out, behind its path; reasons of the readers begin with it.</summary>
    public static string OfFile(string path, string reason) => reason.StartsWith(path, StringComparison.Ordinal) ? reason : $"{path}: {reason}";

    [GeneratedRegex(@" \(Parameter '[^']*'\)")]
    private static partial Regex ParameterName();
}
