using System.Globalization;
using Spectre.Console;
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

        // The table of results takes the place of this one.
        var console = context.Console.Progress;
        var result = default(T);
        console.Live(new Text("The experiment begins.")).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).Start(live => result = work(new Live(live, console.Profile)));
        return result!;
    }

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

    private sealed class Live(LiveDisplayContext live, Profile terminal) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) => live.UpdateTarget(ExperimentTable.Draw(value, terminal));
    }
}
