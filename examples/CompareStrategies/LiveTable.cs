using Spectre.Console;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tool.Progress;

namespace CompareStrategies;

/// <summary>All candidates in a table that moves with each epoch, with what is being done and the time that is left below.</summary>
internal sealed class LiveTable(LiveDisplayContext display) : IProgress<ExperimentProgress>
{
    /// <summary>Does work that reports an experiment's progress; the table goes when it ends.</summary>
    public static T Run<T>(Func<IProgress<ExperimentProgress>, T> work)
    {
        var result = default(T);
        AnsiConsole.Live(new Text("Images are decoded.")).AutoClear(true).Start(display => result = work(new LiveTable(display)));
        return result!;
    }

    public void Report(ExperimentProgress value) => display.UpdateTarget(ExperimentTable.Draw(value, AnsiConsole.Profile));
}
