using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Tests.Evaluation;

/// <summary>Scored rows by formula.</summary>
internal static class SimulatedScores
{
    /// <summary>Softmax of normal logits, of which that of the class is higher; classes in turn.</summary>
    public static ScoredExamples Multiclass(int rows, int classes, int seed, string[]? groups = null, double signal = 1.5)
    {
        var random = new Random(seed);
        var labels = Enumerable.Range(0, rows).Select(i => i % classes).ToArray();
        var scores = new List<double>();
        foreach (var label in labels)
        {
            var exponentials = Enumerable.Range(0, classes).Select(c => Math.Exp(Normal(random) + (c == label ? signal : 0))).ToArray();
            scores.AddRange(exponentials.Select(value => value / exponentials.Sum()));
        }

        return ScoredExamples.Multiclass(labels, scores, [.. Enumerable.Range(0, classes).Select(c => $"c{c}")], groups: groups);
    }

    /// <summary>The logistic function of normal scores, those of positives higher; every third row is positive.</summary>
    public static ScoredExamples Binary(int rows, double signal, int seed, double noise = 1)
    {
        // The same labels and difficulty of rows for every seed, as models see the same images.
        var images = new Random(0);
        var random = new Random(seed);
        var labels = Enumerable.Range(0, rows).Select(i => i % 3 == 0).ToArray();
        var logits = Array.ConvertAll(labels, label => Normal(images) + (label ? signal : 0) + noise * Normal(random));
        return ScoredExamples.Binary(labels, Array.ConvertAll(logits, logit => 1 / (1 + Math.Exp(-logit))), logits);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
