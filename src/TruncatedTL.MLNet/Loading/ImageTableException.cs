using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Loading;

/// <summary>A table of images or labels is not what it should be.</summary>
public sealed class ImageTableException : ImageDataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="tablePath">The table.</param>
    /// <param name="line">The line at fault, from 1; null where it is the table as a whole.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="innerException">The error that led to this one, or null.</param>
    public ImageTableException(string tablePath, int? line, string problem, Exception? innerException = null)
        : base(line is null ? $"{tablePath}: {problem}" : $"{tablePath}, line {line}: {problem}", innerException)
    {
        TablePath = tablePath;
        Line = line;
        Problem = problem;
    }

    /// <summary>The table.</summary>
    public string TablePath { get; }

    /// <summary>The line at fault, from 1; null where it is the table as a whole.</summary>
    public int? Line { get; }

    /// <summary>What is wrong, without table and line.</summary>
    public string Problem { get; }
}
