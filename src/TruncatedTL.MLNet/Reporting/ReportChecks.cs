namespace TruncatedTL.MLNet.Reporting;

/// <summary>Finds contradictions in the input before anything is computed.</summary>
internal static class ReportChecks
{
    /// <exception cref="ArgumentException">The input contradicts itself; the message says where.</exception>
    public static void Check(ReportInput input)
    {
        Require(!input.IsBinary || input.ClassNames.Count == 2, $"A yes-or-no question has two classes, not {input.ClassNames.Count}.");
        Require(input.ClassNames.Count >= 2, "There must be at least two classes.");
        Require(input.Validation.Count >= 1, "There must be at least one validation set.");
        Require(input.Winner is null || (input.Winner >= 0 && input.Winner < input.Trials.Count), $"There is no trial {input.Winner}.");
        Require(input.TrainingRows is null or >= 1, $"{input.TrainingRows} training rows are too few.");
        foreach (var rows in input.Validation.Concat(input.Test is { } test ? [test] : []))
        {
            Require(rows.Labels.All(label => label >= 0 && label < input.ClassNames.Count), $"A label of the {rows.Name} rows is not one of the {input.ClassNames.Count} classes.");
            Require(rows.Groups is null || rows.Groups.Count == rows.Labels.Count, $"The {rows.Name} rows have {rows.Labels.Count} labels and {rows.Groups?.Count} patients.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var trial in input.Trials)
        {
            var name = trial.Candidate.Name;
            Require(!string.IsNullOrWhiteSpace(name) && names.Add(name), $"Names of candidates must not be empty or equal: '{name}'.");
            Require(trial.Runs.Count <= input.Validation.Count, $"'{name}' has {trial.Runs.Count} runs for {input.Validation.Count} validation sets.");
            for (var i = 0; i < trial.Runs.Count; i++)
            {
                CheckScores(input, name, input.Validation[i], trial.Runs[i].ValidationProbabilities);
            }

            Require(trial.TestProbabilities is null || input.Test is not null, $"'{name}' has test probabilities, and there are no test rows.");
            if (input.Test is { } rows)
            {
                CheckScores(input, name, rows, trial.TestProbabilities);
            }
        }
    }

    private static void CheckScores(ReportInput input, string name, ReportRows rows, float[]? probabilities)
    {
        var expected = rows.Labels.Count * (input.IsBinary ? 1 : input.ClassNames.Count);
        Require(probabilities is null || probabilities.Length == expected, $"'{name}' has {probabilities?.Length} probabilities for the {rows.Name} rows, which need {expected}.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message, "input");
        }
    }
}
