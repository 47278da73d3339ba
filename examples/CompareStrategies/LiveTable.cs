using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using TruncatedTL.MLNet.Experiments;

namespace CompareStrategies;

/// <summary>All candidates in a table that moves with each epoch, with what is being done and the time that is left below.</summary>
internal sealed class LiveTable(LiveDisplayContext display) : IProgress<ExperimentProgress>
{
    public void Report(ExperimentProgress value) => display.UpdateTarget(Render(value));

    public static IRenderable Render(ExperimentProgress progress)
    {
        var line = new Markup($"[grey]{progress.Elapsed:mm\\:ss}{(progress.Remaining is { } left ? $", about {left:mm\\:ss} left" : string.Empty)}[/]  {Markup.Escape(progress.Message)}");
        if (progress.Trials.Count == 0)
        {
            return line;
        }

        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("candidate");
        foreach (var header in new[] { "state", "epochs", "validation", "parameters", "ms an image" })
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        foreach (var trial in progress.Trials)
        {
            table.AddRow(
                Markup.Escape(trial.Name),
                State(trial.State),
                trial.Epochs > 0 ? trial.Epochs.ToString(CultureInfo.InvariantCulture) : string.Empty,
                trial.Score?.ToString("0.000", CultureInfo.InvariantCulture) ?? string.Empty,
                (trial.ParameterCount / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + "M",
                trial.MillisecondsPerImage?.ToString("0.00", CultureInfo.InvariantCulture) ?? string.Empty);
        }

        return new Rows(table, line);
    }

    private static string State(TrialState state) => state switch
    {
        TrialState.Running => "[yellow]training[/]",
        TrialState.Finished => "[green]finished[/]",
        TrialState.Stopped => "left",
        TrialState.Failed => "[red]failed[/]",
        TrialState.Pruned => "[grey]ruled out[/]",
        _ => string.Empty,
    };
}
