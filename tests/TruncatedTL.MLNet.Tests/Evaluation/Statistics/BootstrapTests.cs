using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

public class BootstrapTests
{
    private static readonly StatisticsReference Reference = StatisticsReference.Read();

    [Fact]
    public void Bca_equals_scipy_on_the_same_resamples()
    {
        foreach (var reference in new[] { Reference.BcaOneSample, Reference.BcaTwoSamples })
        {
            foreach (var (level, ends) in reference.Intervals)
            {
                var options = new MedicalEvaluationOptions { ConfidenceLevel = double.Parse(level) };
                var interval = new BootstrapDistribution(reference.Estimate, reference.Replicates, reference.Acceleration, options).Interval()!;
                Assert.Equal(IntervalMethod.BootstrapBca, interval.Method);
                Assert.Equal(ends[0], interval.Lower, 1e-9);
                Assert.Equal(ends[1], interval.Upper, 1e-9);
            }
        }
    }

    [Fact]
    public void Acceleration_of_one_sample_equals_scipy()
    {
        var values = Reference.BcaOneSample.Samples[0];
        Action<double[], double[]> Evaluator() => (weights, results) =>
            results[0] = values.Zip(weights, (value, weight) => weight * value * value).Sum() / values.Zip(weights, (value, weight) => weight * value).Sum();
        var plan = new ResamplingPlan(Rows(new int[values.Length]), [.. values.Select(_ => 1.0)]);
        var accelerations = Bootstrap.Accelerations(plan, values.Length, 1, Evaluator, new MedicalEvaluationOptions());
        Assert.Equal(Reference.BcaOneSample.Acceleration, accelerations[0], 1e-9);
    }

    [Fact]
    public void Acceleration_of_two_samples_equals_scipy()
    {
        // Samples are the classes: negatives, then positives.
        var samples = Reference.BcaTwoSamples.Samples;
        double[] scores = [.. samples[0], .. samples[1]];
        int[] labels = [.. samples[0].Select(_ => 0), .. samples[1].Select(_ => 1)];
        var kernel = new MetricKernel(Rows(labels) with { Scores = scores }, new MedicalEvaluationOptions());
        var plan = new ResamplingPlan(kernel.Rows, kernel.Weights);
        var accelerations = Bootstrap.Accelerations(plan, scores.Length, kernel.Layout.Length, kernel.CreateEvaluator, new MedicalEvaluationOptions());
        Assert.Equal(Reference.BcaTwoSamples.Acceleration, accelerations[kernel.Layout.OfClass(ClassificationMetric.AreaUnderRocCurve, 1)], 1e-9);
    }

    [Fact]
    public void Blocks_estimate_the_acceleration_of_single_units()
    {
        // A skewed mean of 3,000 values, in sorted order, against the closed form for a mean.
        var random = new Random(3);
        var values = Enumerable.Range(0, 3000).Select(_ => Math.Exp(random.NextDouble() * 6)).Order().ToArray();
        var mean = values.Average();
        var expected = values.Sum(value => Math.Pow(value - mean, 3)) / (6 * Math.Pow(values.Sum(value => (value - mean) * (value - mean)), 1.5));
        Action<double[], double[]> Evaluator() => (weights, results) => results[0] = values.Zip(weights, (value, weight) => weight * value).Sum() / weights.Sum();
        var plan = new ResamplingPlan(Rows(new int[values.Length]), [.. values.Select(_ => 1.0)]);
        Assert.Equal(expected, Bootstrap.Accelerations(plan, values.Length, 1, Evaluator, new MedicalEvaluationOptions())[0], 0.01);
    }

    [Fact]
    public void Resamples_draw_each_class_as_often_as_it_has_rows()
    {
        int[] labels = [0, 0, 0, 0, 0, 1, 1, 2];
        var plan = new ResamplingPlan(Rows(labels, classes: 3), [.. labels.Select(_ => 1.0)]);
        var counts = new int[labels.Length];
        var seen = new HashSet<string>();
        for (var resample = 0; resample < 50; resample++)
        {
            var random = new SplitMix64(1, resample);
            plan.Draw(ref random, counts);
            Assert.Equal((5, 2, 1), (counts[..5].Sum(), counts[5..7].Sum(), counts[7]));
            seen.Add(string.Join(',', counts));
        }

        Assert.True(seen.Count > 40, $"{seen.Count} different resamples");
    }

    [Fact]
    public void Resamples_draw_whole_patients()
    {
        int[] labels = [0, 0, 1, 0, 1, 1, 0, 0];
        string[] patients = ["a", "a", "b", "b", "c", "c", "d", "e"];
        var plan = new ResamplingPlan(Rows(labels) with { Groups = patients }, [.. labels.Select(_ => 1.0)]);
        Assert.Equal(5, plan.UnitCount);

        // b has a row of either class; positives are the rarer one.
        Assert.Equal([[0, 3, 4], [1, 2]], plan.Strata);
        var counts = new int[5];
        var weights = new double[labels.Length];
        var random = new SplitMix64(7, 0);
        plan.Draw(ref random, counts);
        plan.Weigh(counts, weights);
        for (var i = 0; i < labels.Length; i++)
        {
            Assert.Equal(counts["abcde".IndexOf(patients[i][0])], weights[i]);
        }
    }

    [Theory]
    [InlineData(BootstrapInterval.Bca)]
    [InlineData(BootstrapInterval.Percentile)]
    public void P_is_the_level_at_which_the_interval_just_holds_the_value(BootstrapInterval kind)
    {
        var reference = Reference.BcaOneSample;
        for (var level = 0.55; level < 0.99; level += 0.05)
        {
            var options = new MedicalEvaluationOptions { ConfidenceLevel = level, BootstrapInterval = kind };
            var distribution = new BootstrapDistribution(reference.Estimate, reference.Replicates, reference.Acceleration, options);
            Assert.Equal(1 - level, distribution.TwoSidedP(distribution.Interval()!.Lower)!.Value, 0.01);
            Assert.Equal(1 - level, distribution.TwoSidedP(distribution.Interval()!.Upper)!.Value, 0.01);
        }
    }

    [Fact]
    public void Intervals_do_not_depend_on_the_number_of_threads_but_on_the_seed()
    {
        var examples = SimulatedScores.Multiclass(rows: 300, classes: 4, seed: 2);
        string Evaluate(int threads, int seed) => MedicalEvaluator.EvaluateMulticlass(examples, new MedicalEvaluationOptions { Resamples = 200, MaximumThreads = threads, Seed = seed }).ToString();
        Assert.Equal(Evaluate(1, 1), Evaluate(7, 1));
        Assert.NotEqual(Evaluate(1, 1), Evaluate(1, 2));
    }

    [Fact]
    public void Patients_with_many_like_rows_widen_the_interval()
    {
        // Every patient ten times: the same figure, known as well as from one row each. Weights that are all alike keep the formula away.
        var random = new Random(6);
        var labels = Enumerable.Range(0, 80).Select(i => i % 2 == 0).ToArray();
        var probabilities = labels.Select(label => Math.Clamp(random.NextDouble() * 0.7 + (label ? 0.3 : 0), 0, 1)).ToArray();
        T[] Tenfold<T>(IEnumerable<T> values) => [.. values.SelectMany(value => Enumerable.Repeat(value, 10))];
        var options = new MedicalEvaluationOptions { Resamples = 1000 };
        var single = MedicalEvaluator.EvaluateBinary(
            ScoredExamples.Binary(labels, probabilities, weights: [.. Enumerable.Repeat(2.0, 80)]), options).AreaUnderPrecisionRecallCurve;
        var grouped = MedicalEvaluator.EvaluateBinary(
            ScoredExamples.Binary(Tenfold(labels), Tenfold(probabilities), groups: Tenfold(Enumerable.Range(0, 80).Select(i => $"p{i}"))), options).AreaUnderPrecisionRecallCurve;
        var ungrouped = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary(Tenfold(labels), Tenfold(probabilities)), options).AreaUnderPrecisionRecallCurve;
        Assert.Equal(single.Value!.Value, grouped.Value!.Value, 12);
        Assert.Equal(Width(single), Width(grouped), 0.001);
        Assert.True(Width(ungrouped) < Width(grouped) / 2.5, $"{ungrouped} and {grouped}");
    }

    [Fact]
    public void A_cancelled_token_ends_the_bootstrap()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => MedicalEvaluator.EvaluateMulticlass(
            SimulatedScores.Multiclass(100, 3, seed: 1), new MedicalEvaluationOptions { CancellationToken = source.Token }));
    }

    private static double Width(MetricEstimate estimate) => estimate.Interval!.Upper - estimate.Interval.Lower;

    private static EvaluationRows Rows(int[] labels, int classes = 2) => new()
    {
        IsBinary = classes == 2,
        ClassNames = [.. Enumerable.Range(0, classes).Select(c => $"c{c}")],
        Labels = labels,
        Scores = new double[classes == 2 ? labels.Length : labels.Length * classes],
    };
}
