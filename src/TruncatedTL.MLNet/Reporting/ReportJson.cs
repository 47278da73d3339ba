using System.Text.Json;
using System.Text.Json.Serialization;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting.Analysis;

namespace TruncatedTL.MLNet.Reporting;

/// <summary>The data of a report as JSON. What is undefined is null beside its reason; no number is written that JSON cannot hold.</summary>
internal static class ReportJson
{
    /// <summary>Version of the layout; it grows when a reader would have to change.</summary>
    public const int FormatVersion = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(), new FiniteNumberConverter() },
    };

    public static void Write(Stream stream, ReportAnalysis analysis, ReportVerdict verdict)
    {
        var input = analysis.Input;
        JsonSerializer.Serialize(
            stream,
            new
            {
                FormatVersion,
                input.Title,
                input.Created,
                Verdict = verdict,
                Metric = new { analysis.Metric.Name, analysis.Metric.IsHigherBetter },
                input.ClassNames,
                input.IsBinary,
                ValidationSets = input.Validation.Select(Rows),
                Test = input.Test is { } test ? Rows(test) : null,
                Winner = analysis.Winner?.Name,
                Reference = analysis.Reference?.Name,
                input.WinnerReason,
                input.Tolerance,
                input.EndedEarly,
                Statistics = new { analysis.ConfidenceLevel, analysis.Resamples, analysis.ComparedOnValidation, analysis.ComparedOnTest },
                WinnerAgainstReference = new { Validation = Comparison(analysis.ValidationHeadline), Test = Comparison(analysis.TestHeadline) },
                Leaderboard = analysis.Leaderboard.Select(trial => Trial(input, trial)),
                Parts = analysis.Parts.Select(part => new { part.Name, Models = part.Models.Select(Model) }),
                FrozenScores = input.FrozenScores.Select(score => new { score.Ladder, score.Cut, score.Score, score.Value }),
                Ledger = Ledger(input.Ledger),
                input.Decisions,
                Data = Facts(input.Data),
                ClassCounts = input.ClassCounts.Select(count => new { count.Part, count.ClassName, count.Images, count.Patients }),
                Settings = Facts(input.Settings),
                Environment = Facts(input.Environment),
                input.HowToRepeat,
                Examples = input.Examples.Select(example => example.Caption),
            },
            Options);
    }

    private static object Rows(ReportRows rows) => new { rows.Name, Rows = rows.Labels.Count, Patients = rows.Groups?.Distinct(StringComparer.Ordinal).Count() };

    private static object Trial(ReportInput input, TrialFigures trial) => new
    {
        trial.Name,
        trial.Trial.Strategy,
        trial.Trial.Backbone,
        trial.Trial.CutName,
        trial.Trial.Candidate,
        trial.Trial.State,
        trial.Trial.Note,
        trial.Trial.IsControl,
        trial.IsWinner,
        trial.Trial.Score,
        trial.Validation,
        trial.ValidationSets,
        trial.Test,
        AgainstReference = new { Validation = Comparison(trial.ValidationComparison), Test = Comparison(trial.TestComparison) },
        trial.Trial.MillisecondsPerImage,
        trial.Trial.ModelBytes,
        trial.Trial.TrainingSeconds,
        trial.Epochs,
        Runs = trial.Trial.Runs.Select((run, r) => new { Set = input.Validation[r].Name, run.History }),
    };

    private static object? Comparison(MetricComparison? comparison) => comparison is null
        ? null
        : new { comparison.FirstName, comparison.SecondName, comparison.Difference, comparison.PValue, comparison.AdjustedPValue, comparison.Verdict };

    private static object Model(ModelDetails model)
    {
        var classes = Enumerable.Range(0, model.Confusion.ClassNames.Count).ToArray();
        return new
        {
            model.Trial.Name,
            model.DecisionRule,
            model.SetNames,
            Figures = model.Figures.Select(figure => new { figure.Name, figure.Estimate }),
            Confusion = classes.Select(label => classes.Select(prediction => model.Confusion[label, prediction])),
            model.CalibrationError,
            model.Reliability,
            model.Curves,
        };
    }

    private static object Ledger(ReportLedger ledger) => new
    {
        ledger.SearchWork,
        ledger.ControlWork,
        ledger.FullFineTuningWork,
        ledger.TwoStageWork,
        ledger.ExhaustiveWork,
        ledger.SearchSeconds,
        ledger.ControlSeconds,
        ledger.OtherSeconds,
        ledger.Basis,
        Entries = ledger.Entries.Select(entry => new { entry.Candidate, entry.FromEpoch, entry.ToEpoch, entry.Purpose, entry.Work, entry.Seconds }),
    };

    private static IEnumerable<object> Facts(IReadOnlyList<(string Name, string Value)> facts) => facts.Select(fact => new { fact.Name, fact.Value });

    /// <summary>Writes null for what JSON has no number for, such as the infinite threshold at the start of a ROC curve.</summary>
    private sealed class FiniteNumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
