using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using TruncatedTL.MLNet.Experiments;

namespace TruncatedTL.MLNet.Tool.Progress;

/// <summary>
/// An experiment while it runs: its candidates, how much is done and how long the rest may take. It never has more lines than the terminal, since what is drawn over must be
/// in view. The example CompareStrategies shows the same table.
/// </summary>
internal static class ExperimentTable
{
    // The frame with its headings, the bar, the sentence, and the line of the cursor.
    private const int LinesBesideRows = 8;
    private const int FewestRows = 3;
    private const int BarWidth = 40;

    // Narrower terminals do without the time of an image.
    private const int FullWidth = 96;

    /// <summary>Draws what was reported last.</summary>
    /// <param name="progress">What was reported.</param>
    /// <param name="terminal">Its width and height are kept to.</param>
    public static IRenderable Draw(ExperimentProgress progress, Profile terminal)
    {
        var lines = new List<IRenderable>();
        if (progress.Trials.Count > 0)
        {
            lines.Add(Candidates(progress.Trials, Math.Max(FewestRows, terminal.Height - LinesBesideRows), hasMilliseconds: terminal.Width >= FullWidth));
        }

        lines.Add(Time(progress, terminal.Capabilities.Unicode));
        lines.Add(new Text(Shortened(Sentence(progress), terminal.Width)));
        return new Rows(lines);
    }

    /// <summary>What has become of a candidate, in words.</summary>
    public static (string Text, Color Colour) State(TrialState state) => state switch
    {
        TrialState.Running => ("training", Color.Yellow),
        TrialState.Finished => ("finished", Color.Green),
        TrialState.Stopped => ("stopped", Color.Default),
        TrialState.Failed => ("failed", Color.Red),
        TrialState.Pruned => ("ruled out", Color.Grey),
        _ => ("not tried", Color.Grey),
    };

    private static Table Candidates(IReadOnlyList<TrialProgress> trials, int rows, bool hasMilliseconds)
    {
        var table = new Table().Border(TableBorder.Rounded);
        string[] headings = ["candidate", "state", "epochs", "validation", "parameters", "ms an image"];
        var columns = headings.Length - (hasMilliseconds ? 0 : 1);
        foreach (var heading in headings.Take(columns))
        {
            table.AddColumn(new TableColumn(heading) { NoWrap = true, Alignment = heading is "candidate" or "state" ? Justify.Left : Justify.Right });
        }

        var shown = Fitting(trials, rows);
        foreach (var trial in shown)
        {
            var (state, colour) = State(trial.State);
            Text[] cells =
            [
                new(trial.Name),
                trial.State == TrialState.NotTried ? Text.Empty : new(state, colour),
                Cell(trial.Epochs > 0 ? trial.Epochs : null, "0"),
                Cell(trial.Score, "0.000"),
                Cell(trial.ParameterCount / 1e6, "0.00M"),
                Cell(trial.MillisecondsPerImage, "0.00"),
            ];
            table.AddRow(cells.Take(columns));
        }

        if (shown.Count < trials.Count)
        {
            table.AddRow(new Text($"and {trials.Count - shown.Count} more", Color.Grey));
        }

        return table;
    }

    // What has been trained matters most. The order stays that of the plan, so that rows do not jump.
    private static IReadOnlyList<TrialProgress> Fitting(IReadOnlyList<TrialProgress> trials, int rows)
    {
        if (trials.Count <= rows)
        {
            return trials;
        }

        var kept = trials.OrderBy(trial => Rank(trial.State)).Take(rows - 1).ToHashSet();
        return [.. trials.Where(kept.Contains)];
    }

    private static int Rank(TrialState state) => state switch
    {
        TrialState.Running => 0,
        TrialState.Finished => 1,
        TrialState.Stopped => 2,
        TrialState.Failed => 3,
        TrialState.NotTried => 4,
        _ => 5,
    };

    private static Markup Time(ExperimentProgress progress, bool isUnicode)
    {
        if (progress.Remaining is not { } left || progress.Elapsed + left <= TimeSpan.Zero)
        {
            return new Markup($" {Clock(progress.Elapsed)} passed");
        }

        var done = progress.Elapsed / (progress.Elapsed + left);
        var filled = (int)Math.Round(done * BarWidth);
        var line = isUnicode ? '━' : '-';
        return new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $" [green]{new string(line, filled)}[/][grey]{new string(line, BarWidth - filled)}[/] {done * 100:0} %  {Clock(progress.Elapsed)} passed, about {Clock(left)} left"));
    }

    private static string Sentence(ExperimentProgress progress) =>
        progress.Epoch is { } epoch && progress.Trials.FirstOrDefault(trial => trial.State == TrialState.Running) is { } running
            ? string.Create(CultureInfo.InvariantCulture, $" {running.Name}: epoch {epoch.Epoch} of at most {epoch.MaxEpochs}, {epoch.ImagesPerSecond:0} images/s")
            : $" {progress.Message}";

    private static string Shortened(string text, int width) => text.Length < width ? text : $"{text[..Math.Max(0, width - 4)]}...";

    private static string Clock(TimeSpan time) =>
        time.TotalHours < 1 ? time.ToString("mm\\:ss", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}");

    private static Text Cell(double? value, string format) => new(value?.ToString(format, CultureInfo.InvariantCulture) ?? string.Empty);
}
