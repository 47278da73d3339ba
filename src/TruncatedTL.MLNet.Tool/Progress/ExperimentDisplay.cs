using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using TruncatedTL.MLNet.Experiments;

namespace TruncatedTL.MLNet.Tool.Progress;

/// <summary>Tells how an experiment goes: on a terminal as a table that is drawn anew, in a pipe as lines.</summary>
internal static class ExperimentDisplay
{
    /// <summary>Does work that reports an experiment's progress.</summary>
    public static T Run<T>(ToolContext context, Func<IProgress<ExperimentProgress>, T> work)
    {
        if (!context.Console.IsErrorTerminal)
        {
            return work(new Lines(context));
        }

        var result = default(T);
        context.Console.Progress.Live(new Text("The experiment begins.")).Overflow(VerticalOverflow.Ellipsis).Start(live => result = work(new Live(live)));
        return result!;
    }

    private static IRenderable Draw(ExperimentProgress progress)
    {
        var heading = string.Create(CultureInfo.InvariantCulture, $"{progress.Message}  {progress.Elapsed:hh\\:mm\\:ss} passed{(progress.Remaining is { } left ? $", about {left:hh\\:mm\\:ss} left" : string.Empty)}");
        if (progress.Trials.Count == 0)
        {
            return new Text(heading);
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("candidate", "state", "epochs", "score", "parameters", "ms an image");
        foreach (var trial in progress.Trials)
        {
            table.AddRow(new Text(trial.Name), State(trial.State), Cell(trial.Epochs), Cell(trial.Score, "0.000"), Cell(trial.ParameterCount / 1e6, "0.00M"), Cell(trial.MillisecondsPerImage, "0.00"));
        }

        return new Rows(table, new Text(heading));
    }

    private static Text Cell<T>(T value, string format = "0") => new(value is IFormattable number ? number.ToString(format, CultureInfo.InvariantCulture) : string.Empty);

    private static Text State(TrialState state) => state switch
    {
        TrialState.Running => new Text("training", new Style(Color.Yellow)),
        TrialState.Finished => new Text("finished", new Style(Color.Green)),
        TrialState.Failed => new Text("failed", new Style(Color.Red)),
        TrialState.Pruned => new Text("too large"),
        TrialState.Stopped => new Text("stopped"),
        _ => new Text("-"),
    };

    private sealed class Lines(ToolContext context) : IProgress<ExperimentProgress>
    {
        private string? _last;

        public void Report(ExperimentProgress value)
        {
            if (value.Message != _last)
            {
                _last = value.Message;
                context.Note(string.Create(CultureInfo.InvariantCulture, $"{value.Elapsed:hh\\:mm\\:ss} {value.Message}{(value.Remaining is { } left && value.Epoch is null && left > TimeSpan.Zero ? $" About {left:hh\\:mm\\:ss} left." : string.Empty)}"));
            }
        }
    }

    private sealed class Live(LiveDisplayContext live) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) => live.UpdateTarget(Draw(value));
    }
}
