namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Compares scored sets of the same rows.</summary>
internal static class ModelComparer
{
    public static MedicalComparison Compare(IReadOnlyList<(string Name, ScoredExamples Examples)> models, MedicalComparisonOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Metrics);
        ArgumentNullException.ThrowIfNull(options.Evaluation);
        options.Evaluation.Check();
        if (options.Metrics.Count == 0 || options.Metrics.Any(metric => !Enum.IsDefined(metric)))
        {
            throw new ArgumentException("There must be at least one metric, and each must be one of the kinds.", nameof(options));
        }

        var pairs = Pairs([.. models.Select(model => model.Name)], options.Reference);
        CheckSameRows(models);
        var estimators = models.Select(model => new MetricEstimator(model.Examples.Rows, options.Evaluation.WithoutResamples())).ToArray();
        var classIndex = ClassIndex(estimators[0].Kernel.Rows, options.ClassName);
        var tests = options.Metrics.SelectMany(metric => pairs.Select(pair => (Metric: metric, pair.First, pair.Second))).ToArray();
        var byBootstrap = tests.Where(test => !IsByDeLong(test.Metric, estimators[0], classIndex)).ToArray();
        var bootstrapped = Bootstrapped(estimators, byBootstrap.Select(test => (SlotOf(test.Metric, estimators[0], classIndex), test.First, test.Second)).ToArray(), options.Evaluation);
        var comparisons = tests.Select(test =>
        {
            var first = Estimate(estimators[test.First], test.Metric, classIndex);
            var second = Estimate(estimators[test.Second], test.Metric, classIndex);
            var result = (first.UndefinedReason ?? second.UndefinedReason) is { } reason ? new PairTest(new(null, UndefinedReason: reason), null)
                : Array.IndexOf(byBootstrap, test) is >= 0 and var index ? bootstrapped[index](first.Value!.Value - second.Value!.Value)
                : ComparisonTest.DeLong(Placements(estimators[test.First], classIndex!.Value), Placements(estimators[test.Second], classIndex!.Value), options.Evaluation.ConfidenceLevel);
            return new MetricComparison(
                NameOf(test.Metric, estimators[0], options.ClassName),
                models[test.First].Name,
                models[test.Second].Name,
                first,
                second,
                result.Difference,
                result.PValue,
                AdjustedPValue: null,
                ComparisonVerdict.Undefined);
        }).ToArray();
        return ComparisonTest.Conclude(comparisons, [.. tests.Select(test => MetricLayout.IsLowerBetter(test.Metric))], options.Evaluation.ConfidenceLevel);
    }

    /// <summary>All pairs of models, or the reference with each other one.</summary>
    /// <exception cref="ArgumentException">There are fewer than two models, names are empty or equal, or there is no such reference.</exception>
    public static (int First, int Second)[] Pairs(IReadOnlyList<string> names, string? reference)
    {
        if (names.Count < 2)
        {
            throw new ArgumentException("There must be at least two models to compare.", nameof(names));
        }

        if (names.Any(string.IsNullOrWhiteSpace) || names.Distinct(StringComparer.Ordinal).Count() < names.Count)
        {
            throw new ArgumentException("Names of models must not be empty or equal.", nameof(names));
        }

        var all = Enumerable.Range(0, names.Count);
        if (reference is null)
        {
            return [.. all.SelectMany(first => all.Where(second => second > first).Select(second => (first, second)))];
        }

        var index = names.ToList().IndexOf(reference);
        return index >= 0
            ? [.. all.Where(other => other != index).Select(other => (other, index))]
            : throw new ArgumentException($"There is no model '{reference}'; the models are {string.Join(", ", names.Select(name => $"'{name}'"))}.", nameof(reference));
    }

    private static void CheckSameRows(IReadOnlyList<(string Name, ScoredExamples Examples)> models)
    {
        foreach (var (name, examples) in models)
        {
            ArgumentNullException.ThrowIfNull(examples, nameof(models));
            var (own, first) = (examples.Rows, models[0].Examples.Rows);
            var what = own.IsBinary != first.IsBinary ? "kind of scores"
                : !own.ClassNames.SequenceEqual(first.ClassNames) ? "classes"
                : own.Count != first.Count ? "number of rows"
                : !own.Labels.SequenceEqual(first.Labels) ? "labels"
                : !Same(own.Groups, first.Groups) ? "patients"
                : !Same(own.Weights, first.Weights) ? "weights"
                : null;
            if (what is not null)
            {
                throw new ArgumentException($"Models can be compared only on the same rows in the same order: '{models[0].Name}' and '{name}' differ in their {what}.", nameof(models));
            }
        }
    }

    private static bool Same<T>(T[]? first, T[]? second) => first is null ? second is null : second is not null && first.SequenceEqual(second);

    // The class whose figures are compared; null for the mean over classes.
    private static int? ClassIndex(EvaluationRows rows, string? className)
    {
        if (className is null)
        {
            return rows.IsBinary ? 1 : null;
        }

        var index = Array.IndexOf(rows.ClassNames, className);
        return index >= (rows.IsBinary ? 1 : 0)
            ? index
            : throw new ArgumentException($"There is no class '{className}' to compare; the classes are {string.Join(", ", rows.ClassNames.Skip(rows.IsBinary ? 1 : 0).Select(name => $"'{name}'"))}.", nameof(className));
    }

    private static bool IsByDeLong(ClassificationMetric metric, MetricEstimator estimator, int? classIndex) =>
        metric == ClassificationMetric.AreaUnderRocCurve && classIndex is not null && estimator.Kernel.Rows.AreIndependentAndUnweighted;

    private static DeLongPlacements Placements(MetricEstimator estimator, int classIndex) =>
        DeLongPlacements.Of(estimator.Kernel.Rows.ScoresOf(classIndex), Array.ConvertAll(estimator.Kernel.Rows.Labels, label => label == classIndex))!;

    private static MetricEstimate Estimate(MetricEstimator estimator, ClassificationMetric metric, int? classIndex)
    {
        var estimate = !MetricLayout.IsPerClass(metric) ? estimator.OfWhole(metric)
            : classIndex is { } c ? estimator.OfClass(metric, c)
            : estimator.Average(metric, weighted: false);
        return estimate with { Interval = null, Note = null };
    }

    private static int SlotOf(ClassificationMetric metric, MetricEstimator estimator, int? classIndex)
    {
        var layout = estimator.Kernel.Layout;
        return !MetricLayout.IsPerClass(metric) ? layout.Whole(metric)
            : classIndex is { } c ? layout.OfClass(metric, c)
            : layout.Macro(metric);
    }

    // Both models of a pair on the same resamples, because these depend on labels, patients and the seed only.
    private static Func<double, PairTest>[] Bootstrapped(MetricEstimator[] estimators, (int Slot, int First, int Second)[] tests, MedicalEvaluationOptions options)
    {
        var kernel = estimators[0].Kernel;
        var rows = kernel.Rows.Count;
        if (tests.Length == 0 || rows == 0)
        {
            return Array.ConvertAll<(int, int, int), Func<double, PairTest>>(tests, _ => difference => ComparisonTest.Bootstrapped(difference, [], 0, options));
        }

        var plan = new ResamplingPlan(kernel.Rows, kernel.Weights);
        var replicates = Bootstrap.Resample(plan, rows, tests.Length, CreateEvaluator, options);
        var accelerations = options is { BootstrapInterval: BootstrapInterval.Bca, Resamples: > 0 }
            ? Bootstrap.Accelerations(plan, rows, tests.Length, CreateEvaluator, options)
            : new double[tests.Length];
        return [.. tests.Select((_, t) => (Func<double, PairTest>)(difference => ComparisonTest.Bootstrapped(difference, replicates[t], accelerations[t], options)))];

        Action<double[], double[]> CreateEvaluator()
        {
            var evaluators = Array.ConvertAll(estimators, estimator => estimator.Kernel.CreateEvaluator());
            var figures = Array.ConvertAll(estimators, estimator => new double[estimator.Kernel.Layout.Length]);
            return (weights, differences) =>
            {
                for (var m = 0; m < evaluators.Length; m++)
                {
                    evaluators[m](weights, figures[m]);
                }

                for (var t = 0; t < tests.Length; t++)
                {
                    differences[t] = figures[tests[t].First][tests[t].Slot] - figures[tests[t].Second][tests[t].Slot];
                }
            };
        }
    }

    private static string NameOf(ClassificationMetric metric, MetricEstimator estimator, string? className) =>
        !MetricLayout.IsPerClass(metric) || estimator.Kernel.Rows.IsBinary ? metric.ToString()
        : className is null ? $"macro {metric}"
        : $"{metric} of '{className}'";
}
