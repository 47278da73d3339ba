using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Explanations;

[Collection(TorchCollection.Name)]
public sealed class OcclusionTests
{
    public static TheoryData<string, int[], int, int, int[], int[], float?> Cases => new()
    {
        { BackboneNames.ResNet18Narrow, [16, 13], 1, 3, [5, 4], [3, 2], null },
        { BackboneNames.ResNet18Narrow, [16, 13], 3, 1, [4, 4], [4, 4], 17f },
        { BackboneNames.ResNet10VolumeNarrow, [8, 9, 10], 1, 2, [3, 4, 5], [2, 4, 3], null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheMap_IsThatOfCoveringOnePatchAfterTheOther(string backbone, int[] spatial, int channels, int outputs, int[] patch, int[] stride, float? fill)
    {
        var description = SmallNetworks.Describe(backbone, TransferStrategy.FromScratch("layer1.0"), spatial, outputs: outputs, channels: channels);
        using var network = SmallNetworks.Network(description);
        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        var positions = spatial.Aggregate(1, (a, b) => a * b);
        var pixels = SmallNetworks.Pixels(channels * positions);
        var explanation = explainer.Occlusion(pixels, new OcclusionOptions { ClassName = "class 0", PatchSize = patch, Stride = stride, Fill = fill, BatchSize = 4 });

        // Where patches may begin, by trying every pixel: on the stride, or flush with the border.
        var corners = Enumerable.Range(0, positions).Select(i => Position(i, spatial))
            .Where(p => p.Select((start, axis) => (start % stride[axis] == 0 && start + patch[axis] <= spatial[axis]) || start + patch[axis] == spatial[axis]).All(fits => fits))
            .ToArray();
        var covered = corners.Select(corner => pixels.Select((value, i) => Covers(corner, i % positions) ? fill ?? Mean(i / positions) : value).ToArray()).ToArray();
        var sign = outputs == 1 ? -1 : 1;
        var whole = sign * SmallNetworks.Logits(network, [pixels])[0];
        var falls = covered.Select(image => whole - (sign * SmallNetworks.Logits(network, [image])[0])).ToArray();
        Assert.Equal(falls.Length, explanation.CoarseShape.Aggregate(1, (a, b) => a * b));
        Assert.True(falls.Max(Math.Abs) > 1e-2);
        Assert.All(falls.Zip(explanation.CoarseMap), pair => Assert.Equal(pair.First, pair.Second, 2e-4));
        for (var i = 0; i < positions; i++)
        {
            Assert.Equal(Enumerable.Range(0, corners.Length).Where(c => Covers(corners[c], i)).Average(c => falls[c]), explanation.RawMap[i], 2e-4);
        }

        bool Covers(int[] corner, int index) => Position(index, spatial).Select((p, axis) => p >= corner[axis] && p < corner[axis] + patch[axis]).All(inside => inside);
        float Mean(int channel) => pixels.Skip(channel * positions).Take(positions).Average();
    }

    [Fact]
    public void TheBatchSize_ChangesNothing_AndCancellationEndsIt()
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("stem"), [32, 32]);
        using var network = SmallNetworks.Network(description);
        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        var pixels = SmallNetworks.Pixels(32 * 32);
        var one = explainer.Occlusion(pixels, new OcclusionOptions { BatchSize = 1 });
        var many = explainer.Occlusion(pixels, new OcclusionOptions { BatchSize = 1000 });
        Assert.All(one.RawMap.Zip(many.RawMap), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal([15, 15], one.CoarseShape);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => explainer.Occlusion(pixels, new OcclusionOptions { CancellationToken = cancelled.Token }));
    }

    [Fact]
    public void OptionsOutOfRange_AreNamed()
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("stem"), [16, 16]);
        using var network = SmallNetworks.Network(description);
        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        var pixels = SmallNetworks.Pixels(16 * 16);
        (string Name, OcclusionOptions Options)[] wrong =
        [
            (nameof(OcclusionOptions.PatchSize), new() { PatchSize = [4] }),
            (nameof(OcclusionOptions.PatchSize), new() { PatchSize = [4, 0] }),
            (nameof(OcclusionOptions.PatchSize), new() { PatchSize = [4, 17] }),
            (nameof(OcclusionOptions.Stride), new() { PatchSize = [4, 4], Stride = [2, 5] }),
            (nameof(OcclusionOptions.Stride), new() { PatchSize = [4, 4], Stride = [0, 1] }),
            (nameof(OcclusionOptions.Fill), new() { Fill = float.NaN }),
            (nameof(OcclusionOptions.BatchSize), new() { BatchSize = 0 }),
            (nameof(OcclusionOptions.BatchSize), new() { BatchSize = int.MaxValue }),
        ];
        Assert.All(wrong, pair => Assert.Equal(pair.Name, Assert.Throws<ArgumentOutOfRangeException>(() => explainer.Occlusion(pixels, pair.Options)).ParamName));
    }

    private static int[] Position(int index, int[] spatial)
    {
        var position = new int[spatial.Length];
        for (var axis = spatial.Length - 1; axis >= 0; axis--)
        {
            position[axis] = index % spatial[axis];
            index /= spatial[axis];
        }

        return position;
    }
}
