using TruncatedTL.MLNet.Loading;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>Tells how far the reading of files is: on a terminal in one line, in a pipe with a line for each tenth.</summary>
/// <param name="context">Where it is told.</param>
internal sealed class LoadProgress(ToolContext context) : IProgress<ImageLoadProgress>
{
    private int _told;

    /// <inheritdoc/>
    public void Report(ImageLoadProgress value)
    {
        // A few files are read before anybody can look.
        var tenth = value.Completed * 10 / value.Total;
        if (value.Total < 100 || tenth == _told)
        {
            return;
        }

        _told = tenth;
        if (context.Console.IsErrorTerminal)
        {
            context.Console.Error.Write($"\r{value}{(value.Completed == value.Total ? "\n" : string.Empty)}");
        }
        else
        {
            context.Note(value.ToString());
        }
    }
}
