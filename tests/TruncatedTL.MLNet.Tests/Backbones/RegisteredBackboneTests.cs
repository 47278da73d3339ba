using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Networks;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>What must hold for every registered backbone; a new one is covered by being registered.</summary>
public class RegisteredBackboneTests : SingleThreadedTorchTests
{
    private const int Outputs = 3;

    public static TheoryData<string> Names => [.. Backbone.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Definition_IsConsistent(string name)
    {
        var backbone = Backbone.Create(name);
        var parameters = backbone.Units.SelectMany(u => ParameterSpecification.Of(u.Body)).ToArray();

        Assert.Equal(Enumerable.Range(1, backbone.Units.Count), backbone.Cuts.Select(c => c.Index));
        Assert.Equal(backbone.Units.Select(u => u.Name), backbone.Cuts.Select(c => c.Name));
        Assert.Equal(backbone.Units.Count, backbone.Cuts.Select(c => c.Name).Distinct().Count());
        Assert.Equal(parameters.Length, parameters.Select(p => p.Name).Distinct().Count());
        Assert.All(backbone.Cuts, cut => Assert.Equal(cut.Channels, backbone.FeatureShapeAt(cut.Name, InputLengths(backbone))[0]));
        Assert.All(backbone.Cuts, cut => Assert.Equal(backbone.SpatialRank, cut.Stride.Count));
        Assert.All(backbone.Cuts.Zip(backbone.Cuts.Skip(1)), pair => Assert.All(
            pair.First.Stride.Zip(pair.Second.Stride), stride => Assert.True(stride.First <= stride.Second)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void CutParameters_AreTheSizesOfTheTensorsUpToThere(string name)
    {
        var backbone = Backbone.Create(name);
        long below = 0;
        foreach (var (unit, cut) in backbone.Units.Zip(backbone.Cuts))
        {
            below += Trainable(unit.Body);
            Assert.Equal(below + (unit.Closing is null ? 0 : Trainable(unit.Closing)), cut.Parameters);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_HasThePredictedShapeAtEveryCut_AndTruncatedNetworksComputeTheSame(string name)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var backbone = Backbone.Create(name);
        var spatial = InputLengths(backbone);
        var images = Images(backbone, spatial);
        using var full = Network(backbone, TransferStrategy.Full());
        AssertStateIsTheSpecification(full);
        var sampled = SampledCuts(backbone);
        var features = images;
        foreach (var cut in backbone.Cuts)
        {
            features = full.RunUnits(features, cut.Index - 1, cut.Index, training: false);
            Assert.Equal([images.shape[0], .. backbone.FeatureShapeAt(cut.Name, spatial)], features.shape);
            if (sampled.Contains(cut))
            {
                AssertTruncatedIsEqual(backbone, cut, images, features);
            }
        }

        Assert.True(features.isfinite().all().item<bool>());
        AssertSame(features, full.Features(images, training: false), "features");
        Assert.Equal([images.shape[0], Outputs], full.Forward(images, training: false).shape);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_ReachesEveryTrainedTensorAndNoFrozenOne(string name)
    {
        using var scope = NewDisposeScope();
        var backbone = Backbone.Create(name);
        var from = backbone.Cuts[backbone.Cuts.Count / 3];
        using var network = Network(backbone, TransferStrategy.LayerWise(from.Name));
        var images = Images(backbone, InputLengths(backbone));

        // The frozen part is thawed first, so that each tensor is seen both ways in one network.
        foreach (var unit in network.Specification.Plan.Units.Take(from.Index))
        {
            SetTrained(network, unit.Unit, trained: true);
        }

        network.Forward(images, training: true).square().sum().backward();
        Assert.All(network.Specification.Parameters().Where(p => p.IsTrainable), p => Assert.True(GradientSize(network, p) > 0, $"{p.Name} gets no gradient."));

        foreach (var parameter in network.Specification.Parameters().Where(p => p.IsTrainable))
        {
            network.State[parameter.Name].grad = null;
        }

        network.ThawAsPlanned();
        network.Forward(images, training: true).square().sum().backward();
        var frozen = network.Specification.Plan.Units.Take(from.Index).SelectMany(u => ParameterSpecification.Of(u.Unit.Body)).Select(p => p.Name).ToHashSet();
        Assert.NotEmpty(frozen);
        Assert.All(
            network.Specification.Parameters().Where(p => p.IsTrainable),
            p => Assert.Equal(!frozen.Contains(p.Name), GradientSize(network, p) > 0));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TransFusion_FitsTogetherAtEveryKeep(string name)
    {
        var backbone = Backbone.Create(name);
        var spatial = InputLengths(backbone);
        foreach (var keep in backbone.Cuts)
        {
            foreach (var slim in new[] { 1.5, 2, 4 })
            {
                // Counting walks every layer and fails where widths do not fit together.
                var plan = TransferStrategy.TransFusion(keep.Name, slim).Resolve(backbone);
                Assert.Equal(keep.Parameters, plan.Backbone.FindCut(keep.Name).Parameters);
                Assert.Equal(plan.Cut.Channels, plan.HeadFeatures(HeadPooling.Average, spatial));
                Assert.Equal(backbone.FeatureShapeAt(plan.Cut.Name, spatial).Skip(1), plan.Backbone.FeatureShapeAt(plan.Cut.Name, spatial).Skip(1));
                Assert.All(plan.Backbone.Cuts.Zip(backbone.Cuts), pair => Assert.True(pair.First.Channels <= pair.Second.Channels));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TransFusion_Computes(string name)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var backbone = Backbone.Create(name);
        var images = Images(backbone, InputLengths(backbone));
        foreach (var keep in SampledCuts(backbone).Take(2))
        {
            using var network = Network(backbone, TransferStrategy.TransFusion(keep.Name, slim: 3));
            AssertStateIsTheSpecification(network);
            Assert.Equal([images.shape[0], Outputs], network.Forward(images, training: false).shape);
        }
    }

    // Not the same bits: which kernel libtorch takes depends on where the memory lies and what else is running.
    private static void AssertSame(Tensor expected, Tensor actual, string place)
    {
        var difference = (actual - expected).abs().max().item<float>();
        var magnitude = expected.abs().max().item<float>();
        Assert.True(difference <= 1e-5f * magnitude, $"{place}: differs by {difference} of {magnitude}");
    }

    private static void AssertTruncatedIsEqual(Backbone backbone, BackboneCut cut, Tensor images, Tensor expected)
    {
        using var scope = NewDisposeScope();
        using var truncated = Network(backbone, TransferStrategy.Truncated(cut.Name));
        AssertStateIsTheSpecification(truncated);

        AssertSame(expected, truncated.RunUnits(images, 0, cut.Index, training: false), cut.Name);
        var features = truncated.Features(images, training: false);
        if (backbone.Units[cut.Index - 1].Closing is null)
        {
            AssertSame(expected, features, cut.Name);
        }
        else
        {
            // A fresh closing normalisation is the identity up to its epsilon.
            Assert.True(features.allclose(expected.relu(), rtol: 1e-4, atol: 1e-6));
        }
    }

    private static void AssertStateIsTheSpecification(TransferNetwork network)
    {
        Assert.Equal(network.Specification.Parameters().Select(p => p.Name), network.State.Keys);
        Assert.All(network.Specification.Parameters(), p => Assert.Equal(p.Shape, network.State[p.Name].shape));
        Assert.All(network.Specification.Parameters(), p => Assert.Equal(p.Kind == ParameterKind.BatchCount ? ScalarType.Int64 : ScalarType.Float32, network.State[p.Name].dtype));
    }

    // The smallest lengths at which the last features still have several positions; no two axes alike in images.
    private static int[] InputLengths(Backbone backbone) => backbone.Cuts[^1].Stride
        .Select((stride, axis) => backbone.SpatialRank == 2 ? stride * (2 + axis) : stride * Math.Min(2, 1 + axis))
        .ToArray();

    private static BackboneCut[] SampledCuts(Backbone backbone)
    {
        var last = backbone.Cuts.Count - 1;
        int[] indices = backbone.Cuts[^1].Parameters > 20_000_000 ? [last / 3, 2 * last / 3] : [0, last / 3, last / 2, 3 * last / 4];
        return indices.Distinct().Select(index => backbone.Cuts[index]).ToArray();
    }

    private static TransferNetwork Network(Backbone backbone, TransferStrategy strategy) => TransferNetwork.Create(
        new NetworkSpecification(strategy.Resolve(backbone), HeadPooling.Average, Outputs, InputLengths(backbone)), seed: 11, CPU);

    private static Tensor Images(Backbone backbone, int[] spatial)
    {
        using var generator = new Generator(13, CPU);
        return randn([2, backbone.InputChannels, .. spatial.Select(length => (long)length)], generator: generator);
    }

    private static void SetTrained(TransferNetwork network, BackboneUnit unit, bool trained)
    {
        foreach (var parameter in ParameterSpecification.Of(unit.Body).Where(p => p.IsTrainable))
        {
            network.State[parameter.Name].requires_grad_(trained);
        }
    }

    private static float GradientSize(TransferNetwork network, ParameterSpecification parameter)
    {
        using var scope = NewDisposeScope();
        return network.State[parameter.Name].grad is { } gradient ? gradient.abs().sum().item<float>() : 0;
    }

    private static long Trainable(Layer layer) => ParameterSpecification.Of(layer)
        .Where(p => p.IsTrainable)
        .Sum(p => p.Shape.Aggregate(1L, (product, length) => product * length));
}
