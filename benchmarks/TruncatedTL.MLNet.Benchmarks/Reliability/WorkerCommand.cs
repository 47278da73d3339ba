using System.CommandLine;
using TruncatedTL.MLNet.Tests.Reliability.Workers;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>What the commands start as children of this program.</summary>
internal static class WorkerCommand
{
    public static Command Command()
    {
        var kind = new Argument<string>("kind");
        var folder = new Argument<string>("folder");
        var command = new Command(WorkerProgram.Name, "works for the command reliability") { kind, folder };
        command.Hidden = true;
        command.SetAction(result => WorkerProgram.Run(result.GetRequiredValue(kind), result.GetRequiredValue(folder)));
        return command;
    }
}
