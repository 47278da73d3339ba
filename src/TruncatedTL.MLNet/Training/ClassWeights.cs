namespace TruncatedTL.MLNet.Training;

/// <summary>The weight of each class in the loss.</summary>
internal static class ClassWeights
{
    /// <summary>Computes the weights.</summary>
    /// <param name="options">Decide how classes are weighted.</param>
    /// <param name="drawnByClass">How often an epoch draws each class, as <see cref="TrainingSet.CountByClass"/> counts.</param>
    /// <param name="isMultiLabel">Whether each finding has a yes and a no of its own: then these two are balanced, finding by finding.</param>
    /// <exception cref="ArgumentException">Explicit weights are not one per class.</exception>
    public static float[] Compute(TrainingOptions options, ReadOnlySpan<int> drawnByClass, bool isMultiLabel = false)
    {
        switch (options.ClassWeighting)
        {
            case ClassWeighting.None:
                return [.. Enumerable.Repeat(1f, drawnByClass.Length)];
            case ClassWeighting.Balanced when isMultiLabel:
                return InverseFrequencyByFinding(drawnByClass);
            case ClassWeighting.Balanced:
                return InverseFrequency(drawnByClass);
            case ClassWeighting.Explicit when options.ClassWeights is { } weights && weights.Length == drawnByClass.Length:
                return [.. weights];
            case ClassWeighting.Explicit:
                throw new ArgumentException(
                    $"{nameof(TrainingOptions.ClassWeights)} has {options.ClassWeights?.Length ?? 0} values; there are {drawnByClass.Length} classes.",
                    nameof(options));
            default:
                throw new ArgumentOutOfRangeException(nameof(options), options.ClassWeighting, "Unknown class weighting.");
        }
    }

    private static float[] InverseFrequencyByFinding(ReadOnlySpan<int> drawn)
    {
        var findings = drawn.Length / 2;
        var weights = new float[drawn.Length];
        for (var finding = 0; finding < findings; finding++)
        {
            var pair = InverseFrequency([drawn[finding], drawn[findings + finding]]);
            (weights[finding], weights[findings + finding]) = (pair[0], pair[1]);
        }

        return weights;
    }

    private static float[] InverseFrequency(ReadOnlySpan<int> drawnByClass)
    {
        var total = 0L;
        var present = 0;
        foreach (var drawn in drawnByClass)
        {
            total += drawn;
            present += drawn > 0 ? 1 : 0;
        }

        var weights = new float[drawnByClass.Length];
        for (var c = 0; c < weights.Length; c++)
        {
            weights[c] = drawnByClass[c] > 0 ? (float)(total / ((double)present * drawnByClass[c])) : 1;
        }

        return weights;
    }
}
