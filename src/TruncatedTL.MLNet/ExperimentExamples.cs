using System.Globalization;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>
/// Example images for the report, with where the chosen network looked (Grad-CAM): of each class the validation image that it is surest about, and the one that it gets wrong most surely.
/// </summary>
internal static class ExperimentExamples
{
    private const int LargestClasses = 4;

    /// <summary>Draws the examples and keeps them in the experiment's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="candidate">The candidate.</param>
    /// <param name="ladder">Its backbone.</param>
    /// <param name="run">Its first training.</param>
    /// <param name="logits">Its logits of the validation rows, row-major [rows, outputs].</param>
    public static void Write(ExperimentFolder folder, PlannedCandidate candidate, PlannedLadder ladder, TrialRun run, float[] logits)
    {
        var rows = run.Validation!;
        var probabilities = ByClass(logits, ladder.Outputs);
        using var explainer = ImageExplainer.Create(
            new ClassifierDescription
            {
                Strategy = candidate.ParseStrategy(),
                Specification = run.Network.Specification,
                Normalization = ladder.Normalization(),
                ClassNames = rows.ClassNames,
                ImageSpatial = run.Network.Specification.InputSpatial,
                HasByteValues = rows.Images.ElementType == ImageElementType.Byte,
            },
            run.Network.Snapshot());
        var examples = new List<StoredExample>();
        var pixels = new float[rows.Images.ImageLength];
        foreach (var row in Choose(rows.Labels, probabilities))
        {
            rows.Images.CopyTo(rows.Rows.Span[row], pixels);
            var called = Called(probabilities[row]);
            var explanation = explainer.GradCam(pixels, new GradCamOptions { ClassName = rows.ClassNames[called] });
            var name = FormattableString.Invariant($"example-{examples.Count + 1}.png");
            Directory.CreateDirectory(folder.ExamplesPath);
            explanation.SaveOverlayPng(Path.Combine(folder.ExamplesPath, name), new OverlayOptions { ShowsImage = true });
            var label = rows.Labels[row];
            examples.Add(new StoredExample(name, string.Create(
                CultureInfo.InvariantCulture,
                $"{rows.ClassNames[label]}, called {rows.ClassNames[called]} with probability {probabilities[row][called]:0.000}{(called == label ? string.Empty : ": wrong")}")));
        }

        ExperimentFolder.WriteJson(folder.ExampleListPath, examples);
    }

    private static IEnumerable<int> Choose(ReadOnlySpan<int> labels, double[][] probabilities)
    {
        var chosen = new List<int>();
        var classes = probabilities[0].Length;
        for (var label = 0; label < Math.Min(classes, LargestClasses); label++)
        {
            var (surest, worst) = (-1, -1);
            for (var row = 0; row < labels.Length; row++)
            {
                if (labels[row] != label)
                {
                    continue;
                }

                var called = Called(probabilities[row]);
                if (called == label && (surest < 0 || probabilities[row][label] > probabilities[surest][label]))
                {
                    surest = row;
                }

                if (called != label && (worst < 0 || probabilities[row][called] > probabilities[worst][Called(probabilities[worst])]))
                {
                    worst = row;
                }
            }

            chosen.AddRange(new[] { surest, worst }.Where(row => row >= 0));
        }

        return chosen;
    }

    private static int Called(double[] probabilities) => Array.IndexOf(probabilities, probabilities.Max());

    private static double[][] ByClass(float[] logits, int outputs)
    {
        var flat = LogitMetrics.Probabilities(logits, outputs);
        return outputs == 1 ? [.. flat.Select(positive => new[] { 1 - positive, positive })] : [.. flat.Chunk(outputs)];
    }
}
