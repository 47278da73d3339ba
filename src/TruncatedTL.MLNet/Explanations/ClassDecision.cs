namespace TruncatedTL.MLNet.Explanations;

/// <summary>Which class is explained, and what the network says of it.</summary>
/// <param name="ClassIndex">Index of the class.</param>
/// <param name="ClassName">Its name.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Output">Which logit stands for it.</param>
/// <param name="Sign">-1 where the logit speaks against the class: the negative one of two that share a logit.</param>
/// <param name="Logit">The logit, with that sign.</param>
internal sealed record ClassDecision(int ClassIndex, string ClassName, double Probability, int Output, int Sign, float Logit)
{
    /// <summary>The class that is asked for, else the predicted one.</summary>
    /// <param name="logits">The network's logits for one image.</param>
    /// <param name="requested">Index of the class; null for the predicted one.</param>
    /// <param name="classNames">Names of the classes.</param>
    /// <exception cref="InvalidOperationException">The logits are not finite.</exception>
    public static ClassDecision Of(float[] logits, int? requested, IReadOnlyList<string> classNames)
    {
        if (!Array.TrueForAll(logits, float.IsFinite))
        {
            throw new InvalidOperationException("The network's logits for this image are not finite numbers; there is nothing to explain. Are the pixel values in the range of the training images?");
        }

        if (logits is [var single])
        {
            // One logit of two classes belongs to the second.
            var index = requested ?? (single > 0 ? 1 : 0);
            var sign = index == 1 ? 1 : -1;
            return new ClassDecision(index, classNames[index], 1 / (1 + Math.Exp(-sign * (double)single)), Output: 0, sign, sign * single);
        }

        var largest = logits.Max();
        var chosen = requested ?? Array.IndexOf(logits, largest);
        var probability = Math.Exp((double)logits[chosen] - largest) / logits.Sum(logit => Math.Exp((double)logit - largest));
        return new ClassDecision(chosen, classNames[chosen], probability, chosen, Sign: 1, logits[chosen]);
    }
}
