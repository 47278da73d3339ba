using TorchSharp;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Cross-entropy or focal loss of logits against weighted target distributions (<see cref="TargetEncoder"/>):
/// <c>- sum over examples and classes of w x (1 - p)^gamma x log p</c>, to be divided by the sum of w. Targets of twice the length of the logits mean
/// that each logit is a yes or no of its own (sigmoid): first all targets of "no", then all of "yes".
/// </summary>
internal sealed class ClassificationLoss
{
    // Keeps the derivative of (1 - p)^gamma finite for gamma below 1.
    private const double SmallestDistance = 1e-6;

    private readonly double _gamma;

    /// <summary>Creates the loss.</summary>
    public ClassificationLoss(LossFunction kind, double focalGamma)
    {
        _gamma = kind == LossFunction.Focal ? focalGamma : 0;
    }

    /// <summary>The sum over examples, a scalar.</summary>
    /// <param name="logits">Logits, [N, outputs].</param>
    /// <param name="targets">Weighted target distributions, [N, classes] or [N, 2 x outputs].</param>
    public Tensor Sum(Tensor logits, Tensor targets)
    {
        using var scope = NewDisposeScope();
        var logProbabilities = LogProbabilities(logits, isSigmoid: targets.shape[1] == 2 * logits.shape[1]);
        var terms = targets * logProbabilities;
        if (_gamma > 0)
        {
            using Scalar smallest = SmallestDistance;
            using Scalar gamma = _gamma;
            terms *= logProbabilities.expm1().neg().clamp_min(smallest).pow(gamma);
        }

        return terms.sum().neg().MoveToOuterDisposeScope();
    }

    /// <summary>The mean over logits in managed memory.</summary>
    /// <param name="logits">Logits, row-major [N, outputs].</param>
    /// <param name="outputs">Length of the logits of one example.</param>
    /// <param name="set">Labels and weights of the N examples.</param>
    /// <param name="encoder">Encodes the labels.</param>
    public double Mean(float[] logits, int outputs, TrainingSet set, TargetEncoder encoder)
    {
        var targets = new float[set.Count * encoder.TargetCount];
        var targetSum = 0.0;
        for (var i = 0; i < set.Count; i++)
        {
            targetSum += encoder.Add(targets.AsSpan(i * encoder.TargetCount, encoder.TargetCount), set, i, share: 1);
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var sum = Sum(
            tensor(logits).reshape(set.Count, outputs).to(ScalarType.Float64),
            tensor(targets).reshape(set.Count, encoder.TargetCount).to(ScalarType.Float64));
        return sum.item<double>() / targetSum;
    }

    /// <summary>Log-probabilities of all targets, [N, classes] or [N, 2 x outputs].</summary>
    private static Tensor LogProbabilities(Tensor logits, bool isSigmoid) => isSigmoid
        ? cat([nn.functional.logsigmoid(-logits), nn.functional.logsigmoid(logits)], dim: 1)
        : logits.log_softmax(dim: 1);
}
