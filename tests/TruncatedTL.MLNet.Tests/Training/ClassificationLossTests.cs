using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class ClassificationLossTests
{
    private static readonly string[] TwoNames = ["0", "1"];
    private static readonly string[] ThreeNames = ["0", "1", "2"];

    // Softmax of (2, 0, -1).
    private static readonly double[] Probabilities = [0.84379473, 0.11419519, 0.04201007];

    [Fact]
    public void CrossEntropy_EqualsMinusTheLogProbability() =>
        Assert.Equal(-Math.Log(Probabilities[1]), Mean(new(LossFunction.CrossEntropy, 2), [2, 0, -1], [1], [1, 1, 1], 0), 6);

    [Fact]
    public void CrossEntropy_WithClassWeights_IsTheWeightedMean()
    {
        var expected = (3 * -Math.Log(Probabilities[0]) + 0.5 * -Math.Log(Probabilities[2])) / 3.5;

        Assert.Equal(expected, Mean(new(LossFunction.CrossEntropy, 2), [2, 0, -1, 2, 0, -1], [0, 2], [3, 7, 0.5f], 0), 6);
    }

    [Fact]
    public void CrossEntropy_WithExampleWeights_IsTheWeightedMean()
    {
        var expected = (2 * -Math.Log(Probabilities[0]) + 6 * -Math.Log(Probabilities[2])) / 8;

        Assert.Equal(expected, Mean(new(LossFunction.CrossEntropy, 2), [2, 0, -1, 2, 0, -1], [0, 2], [1, 1, 1], 0, [2, 6]), 6);
    }

    [Fact]
    public void LabelSmoothing_SpreadsTheLabel()
    {
        var expected = -(0.9 + 0.1 / 3) * Math.Log(Probabilities[0]) - 0.1 / 3 * Math.Log(Probabilities[1]) - 0.1 / 3 * Math.Log(Probabilities[2]);

        Assert.Equal(expected, Mean(new(LossFunction.CrossEntropy, 2), [2, 0, -1], [0], [1, 1, 1], 0.1), 6);
    }

    [Fact]
    public void Focal_DampsWhatIsClassifiedWell()
    {
        var expected = -(1 - Probabilities[0]) * (1 - Probabilities[0]) * Math.Log(Probabilities[0]);

        Assert.Equal(expected, Mean(new(LossFunction.Focal, 2), [2, 0, -1], [0], [1, 1, 1], 0), 6);
    }

    [Fact]
    public void Focal_WithGammaZero_IsCrossEntropy() => Assert.Equal(
        Mean(new(LossFunction.CrossEntropy, 0), [2, 0, -1], [2], [1, 1, 1], 0),
        Mean(new(LossFunction.Focal, 0), [2, 0, -1], [2], [1, 1, 1], 0),
        12);

    [Theory]
    [InlineData(LossFunction.CrossEntropy)]
    [InlineData(LossFunction.Focal)]
    public void OneLogit_EqualsTwoLogitsAgainstZero(LossFunction kind)
    {
        var loss = new ClassificationLoss(kind, 1.5);

        Assert.Equal(
            Mean(loss, [0, 1.5f, 0, -0.5f, 0, 3], [1, 1, 0], [2, 0.5f], 0.1, outputs: 2),
            Mean(loss, [1.5f, -0.5f, 3], [1, 1, 0], [2, 0.5f], 0.1, outputs: 1),
            10);
    }

    [Fact]
    public void OneLogit_IsBinaryCrossEntropyWithLogits()
    {
        var expected = (Math.Log(1 + Math.Exp(-1.5)) + Math.Log(1 + Math.Exp(3))) / 2;

        Assert.Equal(expected, Mean(new(LossFunction.CrossEntropy, 0), [1.5f, 3], [1, 0], [1, 1], 0, outputs: 1), 6);
    }

    [Theory]
    [InlineData(LossFunction.CrossEntropy, 0.0)]
    [InlineData(LossFunction.Focal, 2.0)]
    [InlineData(LossFunction.Focal, 0.5)]
    public void HugeLogits_GiveFiniteLossAndGradient(LossFunction kind, double gamma)
    {
        using var scope = NewDisposeScope();
        var loss = new ClassificationLoss(kind, gamma);
        foreach (var outputs in new[] { 1, 2 })
        {
            var logits = tensor(outputs == 1 ? new float[] { 300, -300 } : [300, -300, -300, 300]).reshape(2, outputs).requires_grad_();
            var targets = tensor(new float[] { 0, 1, 0, 1 }).reshape(2, 2);
            var sum = loss.Sum(logits, targets);
            sum.backward();

            Assert.True(float.IsFinite(sum.item<float>()));
            Assert.True(logits.grad!.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Gradient_OfCrossEntropy_IsProbabilityMinusTarget()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 2, 0, -1 }).reshape(1, 3).requires_grad_();
        new ClassificationLoss(LossFunction.CrossEntropy, 0).Sum(logits, tensor(new float[] { 0, 1, 0 }).reshape(1, 3)).backward();

        float[] expected = [(float)Probabilities[0], (float)Probabilities[1] - 1, (float)Probabilities[2]];
        Assert.True(logits.grad!.flatten().allclose(tensor(expected), atol: 1e-6));
    }

    private static double Mean(ClassificationLoss loss, float[] logits, int[] labels, float[] classWeights, double smoothing, float[]? weights = null, int? outputs = null)
    {
        var images = new ImageStore(1, 1, 1);
        foreach (var label in labels)
        {
            images.Append([(float)label]);
        }

        var set = new TrainingSet(images, labels, classWeights.Length == 2 ? TwoNames : ThreeNames, weights);
        return loss.Mean(logits, outputs ?? classWeights.Length, set, new TargetEncoder(classWeights, smoothing));
    }
}
