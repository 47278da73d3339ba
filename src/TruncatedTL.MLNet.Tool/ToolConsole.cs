using Spectre.Console;

namespace TruncatedTL.MLNet.Tool;

/// <summary>Where the program writes: results on the output, what happens meanwhile on the error stream.</summary>
internal sealed class ToolConsole
{
    private const int PipeWidth = 200;

    private readonly bool _isOutputTerminal;

    /// <summary>Creates the console.</summary>
    /// <param name="output">Takes results.</param>
    /// <param name="error">Takes progress and messages.</param>
    /// <param name="isOutputTerminal">Whether a person reads the output, so that colours and frames make sense.</param>
    /// <param name="isErrorTerminal">Whether a person watches the error stream, so that it can be drawn over.</param>
    public ToolConsole(TextWriter output, TextWriter error, bool isOutputTerminal = false, bool isErrorTerminal = false)
    {
        _isOutputTerminal = isOutputTerminal;
        Output = output;
        Error = error;
        IsErrorTerminal = isErrorTerminal;
        Results = Create(output, isOutputTerminal);
        Progress = Create(error, isErrorTerminal);
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public bool IsErrorTerminal { get; }

    /// <summary>Tables for the output.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>Live displays for the error stream.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>The streams of this process.</summary>
    public static ToolConsole OfProcess() => new(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>Writes sentences to the output: on a terminal broken between words, in a pipe as one line.</summary>
    public void Say(string text)
    {
        if (_isOutputTerminal)
        {
            Results.WriteLine(text);
        }
        else
        {
            Output.WriteLine(text);
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!isTerminal)
        {
            // A file has no width to wrap at.
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}
