using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using TruncatedTL.MLNet.Tool.Commands;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Results;

namespace TruncatedTL.MLNet.Tool;

/// <summary>The program: finds the command, adds what a configuration says, carries it out and says what came of it.</summary>
/// <param name="console">Where it writes.</param>
internal sealed class ToolApplication(ToolConsole console)
{
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    private readonly CommonOptions _common = new();

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <returns>An exit code, see <see cref="ExitCode"/>.</returns>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        var root = CreateRoot();
        var parsed = root.Parse(arguments, Parser);
        var isVerbose = parsed.GetValue(_common.Verbose);
        try
        {
            if (parsed.Action is not (null or ParseErrorAction))
            {
                return parsed.Invoke(new InvocationConfiguration { Output = console.Output, Error = console.Error, EnableDefaultExceptionHandler = false });
            }

            RequireNone(parsed);
            if (parsed.CommandResult.Command is ToolCommand command)
            {
                if (ConfigurationPath(command, parsed) is { } path)
                {
                    parsed = root.Parse(ConfigurationFile.Expand(path, arguments, parsed), Parser);
                }

                if (parsed.GetValue(_common.WriteConfiguration) is { } written)
                {
                    RequireNone(parsed);
                    ConfigurationFile.Write(written, parsed);
                    console.Error.WriteLine($"The configuration of 'ttl {command.Name}' is written to {written}.");
                    return ExitCode.Success;
                }

                RequireNone(parsed);
                var result = command.Execute(parsed, new ToolContext(console, cancellation, isVerbose));
                if (parsed.GetValue(_common.Json))
                {
                    ResultJson.Write(console.Output, result.Data);
                }
                else
                {
                    result.Print(console);
                }

                return ExitCode.Success;
            }

            throw new UsageException("No command is given. 'ttl --help' lists the commands.");
        }
        catch (UsageException error)
        {
            console.Error.WriteLine(error.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.Error.WriteLine("Cancelled before there was a result.");
            return ExitCode.Cancelled;
        }
        catch (Exception error)
        {
            console.Error.WriteLine($"ttl: {ErrorText.Of(error)}");
            if (isVerbose)
            {
                console.Error.WriteLine(error);
            }

            return ExitCode.Failed;
        }
    }

    private RootCommand CreateRoot()
    {
        var root = new RootCommand("Differential transfer learning for medical images: from a folder of images to a saved ML.NET model.")
        {
            new InspectCommand(),
            new SplitCommand(),
            new PretrainCommand(),
            new TrainCommand(),
            new CompareCommand(),
            new EvaluateCommand(),
            new PredictCommand(),
            new ExplainCommand(),
            new ExportCommand(),
            new ReportCommand(),
        };
        foreach (var option in _common.All)
        {
            root.Options.Add(option);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelp((HelpAction)help.Action!);
        return root;
    }

    private string? ConfigurationPath(ToolCommand command, ParseResult parsed) =>
        parsed.GetValue(_common.Configuration) ?? (command.StandingConfiguration(parsed) is { } standing && File.Exists(standing) ? standing : null);

    private static void RequireNone(ParseResult parsed)
    {
        if (parsed.Errors.Count > 0)
        {
            var command = parsed.CommandResult.Command is ToolCommand named ? $"ttl {named.Name}" : "ttl";
            throw new UsageException($"{string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message).Distinct())}{Environment.NewLine}'{command} --help' explains the options.");
        }
    }
}
