using System.Reflection;
using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Backbones that are not registered: small, and with what registered ones may not have.</summary>
internal static class TestBackbones
{
    /// <summary>Units of normalisation, ReLU, convolution in a dense block, with closing layers behind each, in 2D or 3D.</summary>
    public static Backbone Dense(int rank) => Create(new BackboneFamily("dense", rank, "classifier", InputChannels: 2, recipe => BuildDense(recipe, rank)));

    // The registry is the only public door; a test may bring its own family.
    private static Backbone Create(BackboneFamily family) => (Backbone)typeof(Backbone)
        .GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [typeof(BackboneFamily), typeof(BackboneRecipe)])!
        .Invoke([family, new BackboneRecipe(family.InputChannels)]);

    private static BackboneUnit[] BuildDense(BackboneRecipe recipe, int rank)
    {
        var stem = Convolution("features.conv0", recipe.InputChannels, 6, rank, stride: 2);
        return
        [
            new BackboneUnit("features.conv0", "stem", stem, 6, Closing("features.norm0", 6)),
            new BackboneUnit("features.layer1", "block", Layer("features.layer1", 6, rank), 10, Closing("features.norm1", 10)),
            new BackboneUnit("features.layer2", "block", Layer("features.layer2", 10, rank), 14, Closing("features.norm2", 14)),
        ];
    }

    private static Branches Layer(string name, int channels, int rank) => new(BranchCombination.Concatenate,
    [
        Sequence.Identity,
        Sequence.Of(
            new BatchNormalization($"{name}.norm", channels),
            new Activation(ActivationKind.Relu),
            Convolution($"{name}.conv", channels, 4, rank, stride: 1)),
    ]);

    private static Sequence Closing(string name, int channels) => Sequence.Of(new BatchNormalization(name, channels), new Activation(ActivationKind.Relu));

    private static Convolution Convolution(string name, int input, int output, int rank, int stride) =>
        new(name, input, output, Axes.Same(rank, 3), Axes.Same(rank, stride), Axes.Same(rank, 1));
}
