using Spectre.Console;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Tool.Progress;

/// <summary>Tells the epochs of one training: on a terminal as a bar, in a pipe as lines.</summary>
internal static class EpochLines
{
    /// <summary>Does work that reports epochs.</summary>
    public static T Run<T>(ToolContext context, string title, Func<IProgress<EpochMetrics>, T> work)
    {
        if (!context.Console.IsErrorTerminal)
        {
            return work(new Lines(context));
        }

        var result = default(T);
        context.Console.Progress.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var bar = new Bar(progress.AddTask(Markup.Escape(title)), title);
                result = work(bar);
                bar.Finish();
            });
        return result!;
    }

    private sealed class Lines(ToolContext context) : IProgress<EpochMetrics>
    {
        public void Report(EpochMetrics value) => context.Note(value.ToString());
    }

    private sealed class Bar(ProgressTask task, string title) : IProgress<EpochMetrics>
    {
        public void Report(EpochMetrics value)
        {
            task.MaxValue = value.MaxEpochs;
            task.Value = value.Epoch;
            task.Description = Markup.Escape((value.ValidationAuroc ?? value.ValidationAccuracy) is { } figure ? FormattableString.Invariant($"{title}: {figure:0.000}") : title);
        }

        // A training may stop before its last epoch.
        public void Finish() => task.Value = task.MaxValue;
    }
}
