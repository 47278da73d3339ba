using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting;
using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Search;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reporting;

public sealed class ReportVerdictTests
{
    [Fact]
    public void Models_that_cannot_be_told_apart_are_not_called_equal()
    {
        var verdict = Verdict(Pair(winnerShift: 0.9, fullShift: 0.95));
        Assert.Contains("Small is not distinguishable from full transfer in AUROC (difference ", verdict.Sentence);
        Assert.Contains("95\u00A0% interval", verdict.Sentence);
        Assert.Contains("it has 4.0 times fewer parameters", verdict.Sentence);
        Assert.Contains(verdict.Remarks, remark => remark.StartsWith("Not distinguishable does not mean equal", StringComparison.Ordinal));
        Assert.Contains(verdict.Remarks, remark => remark.Contains("8 to 10 splits", StringComparison.Ordinal) && remark.Contains("this experiment has 1", StringComparison.Ordinal));
        Assert.Contains(verdict.Remarks, remark => remark.StartsWith("Validation is small: 200 rows, 100 of them", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_full_transfer_is_better_the_verdict_says_so()
    {
        var verdict = Verdict(Pair(winnerShift: 0.2, fullShift: 3));
        Assert.StartsWith("Full transfer is better than Small in AUROC (difference −.", verdict.Sentence);
        Assert.Contains("Small has 4.0 times fewer parameters", verdict.Sentence);
    }

    [Fact]
    public void Where_the_chosen_model_is_better_the_verdict_says_so() =>
        Assert.StartsWith("Small is better than full transfer in AUROC (difference +.", Verdict(Pair(winnerShift: 3, fullShift: 0.2)).Sentence);

    [Fact]
    public void The_verdict_rests_on_test_rows_where_there_are_any()
    {
        var input = Pair(winnerShift: 0.9, fullShift: 0.95);
        var trials = input.Trials.Select(trial => trial with { TestProbabilities = trial.Runs[0].ValidationProbabilities }).ToArray();
        var verdict = Verdict(input with { Test = input.Validation[0] with { Name = "test" }, Trials = trials });
        Assert.StartsWith("On test rows Small is not distinguishable", verdict.Sentence);
        Assert.Contains(verdict.Remarks, remark => remark.StartsWith("On validation rows, by which it was chosen: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Full_transfer_that_was_stopped_is_no_reference()
    {
        var input = Pair(winnerShift: 0.9, fullShift: 0.95);
        var verdict = Verdict(input with { Trials = [input.Trials[0], input.Trials[1] with { State = ReportTrialState.Stopped }] });
        Assert.Contains("Full transfer was not trained to its end", verdict.Sentence);
    }

    [Fact]
    public void Full_transfer_may_win() => Assert.StartsWith("Full transfer itself was chosen (AUROC ", Verdict(Pair(0.2, 3) with { Winner = 1 }).Sentence);

    [Fact]
    public void Full_transfer_of_the_winners_own_network_is_the_reference_even_if_another_one_is_better()
    {
        var input = Pair(winnerShift: 0.9, fullShift: 0.95);
        var other = input.Trials[1] with
        {
            Candidate = input.Trials[1].Candidate with { Name = "Full elsewhere", Ladder = "elsewhere", Index = 2 },
            Runs = Pair(0.9, 3).Trials[1].Runs,
        };
        var analysis = new ReportAnalysis(input with { Trials = [.. input.Trials, other] }, new MedicalEvaluationOptions { Resamples = 100 });
        Assert.Equal("Full", analysis.Reference!.Name);
        Assert.True(analysis.Trials[2].Validation.Value > analysis.Reference.Validation.Value);
    }

    [Fact]
    public void The_front_holds_what_nothing_beats_in_both()
    {
        var analysis = new ReportAnalysis(new SampleExperiment().Create(), new MedicalEvaluationOptions { Resamples = 100 });
        var front = analysis.Front(trial => trial.Trial.Candidate.ParameterCount);
        Assert.NotEmpty(front);
        foreach (var trial in analysis.Trials.Where(trial => trial.IsFinished && trial.Score is not null))
        {
            var isBeaten = analysis.Trials.Any(other => other.IsFinished && other.Score > trial.Score && other.Trial.Candidate.ParameterCount <= trial.Trial.Candidate.ParameterCount);
            Assert.Equal(!isBeaten, front.Contains(trial));
        }
    }

    private static ReportVerdict Verdict(ReportInput input) => ReportVerdict.Of(new ReportAnalysis(input, new MedicalEvaluationOptions { Resamples = 100 }));

    // Two trials whose scores follow from a shift of the positives.
    private static ReportInput Pair(double winnerShift, double fullShift)
    {
        var input = new SampleExperiment { HasTest = false }.Create();
        var labels = Enumerable.Range(0, 200).Select(i => i % 2).ToArray();
        ReportTrial Trial(string name, double shift, bool isFull, int seed)
        {
            var (hard, noise) = (new Random(5), new Random(seed));
            var scores = labels.Select(label => (float)(1 / (1 + Math.Exp(-((shift * label) + (2 * hard.NextDouble()) + (0.4 * noise.NextDouble()) - 1.5))))).ToArray();
            return new ReportTrial
            {
                Candidate = new SearchCandidate { Index = isFull ? 1 : 0, Name = name, Ladder = "net", Cut = isFull ? 1 : 0, IsFullTransfer = isFull, ParameterCount = isFull ? 400 : 100, MacCount = 1000 },
                Strategy = name,
                Backbone = "net",
                CutName = name,
                State = ReportTrialState.Finished,
                Runs = [new ReportRun([], scores)],
            };
        }

        return input with { Validation = [new ReportRows("validation", labels, null)], Trials = [Trial("Small", winnerShift, false, 1), Trial("Full", fullShift, true, 2)], Winner = 0 };
    }
}
