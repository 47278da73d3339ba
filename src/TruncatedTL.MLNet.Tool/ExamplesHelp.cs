using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TruncatedTL.MLNet.Tool;

/// <summary>The usual help, then examples and exit codes.</summary>
/// <param name="usual">Writes the usual help.</param>
internal sealed class ExamplesHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ToolCommand { Examples: { Count: > 0 } examples })
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        output.WriteLine($"{ExitCode.Help}.");
        return code;
    }
}
