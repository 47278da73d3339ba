using FsCheck.Xunit;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

/// <summary>Rotation, scale, translation and elastic deformation against values that were worked out another way.</summary>
[Collection(TorchCollection.Name)]
public sealed class GeometryTests
{
    public static TheoryData<int[]> Shapes => new() { new[] { 12, 17 }, new[] { 9, 9 }, new[] { 5, 11, 8 }, new[] { 1, 10, 10 } };

    // From (row, column) and so on to the same place after a quarter turn about the middle; sizes are odd, so that there is one.
    public static TheoryData<int[], int, int, int> QuarterTurns => new()
    {
        { [7, 7], 0, 0, 1 },
        { [7, 11], 0, 0, 1 },
        { [5, 7, 11], 0, 1, 2 },
        { [5, 7, 11], 1, 0, 2 },
        { [5, 7, 11], 2, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(QuarterTurns))]
    public void AQuarterTurn_MovesEveryPixelToWhereItBelongs(int[] spatial, int plane, int down, int right)
    {
        using var scope = NewDisposeScope();
        var rank = spatial.Length;
        var image = Noise(1, spatial);
        var angles = new double[3];
        angles[plane] = Math.PI / 2;
        var map = new float[rank * (rank + 1)];
        new AffineSampler(AugmentationOptions.None(), spatial).Compose(angles, Ones(rank), new double[rank], new bool[rank], map);

        var turned = Sample(image, map, spatial).data<float>().ToArray();
        var values = image.data<float>().ToArray();
        var compared = 0;
        for (var i = 0; i < values.Length; i++)
        {
            // In the plane of the two axes: the output at a distance (d, r) from the middle shows the input at (r, -d).
            var place = Unravel(i, spatial);
            var (d, r) = (place[down] - spatial[down] / 2, place[right] - spatial[right] / 2);
            var source = (int[])place.Clone();
            (source[down], source[right]) = (spatial[down] / 2 + r, spatial[right] / 2 - d);
            if (source[down] >= 0 && source[down] < spatial[down] && source[right] >= 0 && source[right] < spatial[right])
            {
                Assert.Equal(values[Ravel(source, spatial)], turned[i], 0.01f);
                compared++;
            }
        }

        Assert.True(compared >= values.Length * spatial.Min() / spatial.Max() / 2, $"Only {compared} of {values.Length} voxels were compared.");
    }

    [Fact]
    public void AQuarterTurn_OfASquare_IsTheTransposedMirrorImage()
    {
        using var scope = NewDisposeScope();
        var image = Noise(1, [8, 8]);
        var map = new float[6];
        new AffineSampler(AugmentationOptions.None(), [8, 8]).Compose([Math.PI / 2, 0, 0], Ones(2), new double[2], new bool[2], map);

        var turned = Sample(image, map, [8, 8]);

        Assert.True(turned.allclose(image.transpose(2, 3).flip(2), atol: 0.01));
    }

    [Fact]
    public void InPlaneRotation_KeepsEverySliceToItself()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.RotationDegrees = 30;
        options.ThroughPlaneRotationDegrees = 0;
        var slices = arange(6, ScalarType.Float32).reshape(1, 1, 6, 1, 1).expand(3, 1, 6, 9, 9).contiguous();
        var patterned = Noise(3, [6, 9, 9]);

        Assert.True(Apply(options, slices).allclose(slices, atol: 1e-4));
        Assert.False(Apply(options, patterned).allclose(patterned, atol: 1));
        options.ThroughPlaneRotationDegrees = null;
        Assert.False(Apply(options, slices).allclose(slices, atol: 0.1));
        (options.RotationDegrees, options.ThroughPlaneRotationDegrees) = (0, 20);
        Assert.False(Apply(options, slices).allclose(slices, atol: 0.1));
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(0.5)]
    public void Scale_MagnifiesAboutTheCentre(double scale)
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.ScaleMinimum = options.ScaleMaximum = scale;
        var ramp = arange(33, ScalarType.Float32).expand(1, 1, 33, 33).contiguous();

        var row = Apply(options, ramp)[0, 0, 16].data<float>().ToArray();

        for (var x = 0; x < 33; x++)
        {
            Assert.Equal(Math.Clamp(16 + (x - 16) / scale, 0, 32), row[x], 1e-3);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Translation_ShiftsByUpToTheShare_AlongEveryAxis(int rank)
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.Translation = 0.25;
        var spatial = Enumerable.Repeat(16, rank).ToArray();
        var shifts = new List<double>[rank];
        for (var axis = 0; axis < rank; axis++)
        {
            long[] along = [1, 1, .. Enumerable.Range(0, rank).Select(a => a == axis ? 16L : 1L)];
            var ramp = arange(16, ScalarType.Float32).reshape(along).expand([64, 1, .. spatial.Select(length => (long)length)]).contiguous();
            var moved = Apply(options, ramp).data<float>().ToArray();

            // The lower median of 0 to 15 is 7, whatever was cut off at an end.
            shifts[axis] = [.. moved.Chunk(moved.Length / 64).Select(image => image.Order().ElementAt((image.Length / 2) - 1) - 7.0)];
        }

        // 64 uniform numbers between -4 and 4 pixels.
        Assert.All(shifts, ofAxis => Assert.InRange(ofAxis.Max(), 3, 4.001));
        Assert.All(shifts, ofAxis => Assert.InRange(ofAxis.Min(), -4.001, -3));
    }

    [Fact]
    public void Translation_OfAKnownMap_ShiftsByWholePixels()
    {
        using var scope = NewDisposeScope();
        var image = Noise(1, [8, 16]);
        var map = new float[6];
        // A quarter of 16 columns and an eighth of 8 rows, in units of half an axis.
        new AffineSampler(AugmentationOptions.None(), [8, 16]).Compose([0, 0, 0], Ones(2), [0.5, 0.25], new bool[2], map);

        var moved = Sample(image, map, [8, 16]);

        Assert.True(moved.narrow(2, 0, 7).narrow(3, 0, 12).allclose(image.narrow(2, 1, 7).narrow(3, 4, 12), atol: 0.01));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ElasticField_HasZeroMean_TheDrawnMagnitude_AndNoShortWaves(int[] spatial)
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.ElasticMagnitude = 0.1;
        options.ElasticWaves = 3;
        var field = new ElasticField(options, spatial);
        const int Count = 40;
        var coefficients = new float[Count * field.CoefficientCount];
        for (var i = 0; i < Count; i++)
        {
            var random = RandomStream.For(3, RandomPurpose.Augmentation, i);
            Assert.True(field.Draw(ref random, coefficients.AsSpan(i * field.CoefficientCount, field.CoefficientCount)));
        }

        // In pixels, [N, ..., x y z].
        var halves = tensor(spatial.Reverse().Select(length => length / 2f).ToArray());
        var pixels = field.Displacements(coefficients, Count, CPU) * halves;
        Assert.Equal([Count, .. spatial.Select(length => (long)length), spatial.Length], pixels.shape);

        var flat = pixels.reshape(Count, -1, spatial.Length);
        Assert.True(flat.mean([1]).abs().max().item<float>() < 1e-4);
        var magnitudes = flat.pow(2).sum(2).mean([1]).sqrt().data<float>().ToArray();
        var largest = 0.1 * spatial.Where(length => length > 1).Min();
        Assert.All(magnitudes, magnitude => Assert.InRange(magnitude, 0, largest * 1.0001));
        Assert.InRange(magnitudes.Average() / largest, 0.35, 0.65);
        Assert.Equal(Count, magnitudes.Distinct().Count());

        // Three half waves along an axis cannot change faster than 3 pi / length of their amplitude a pixel.
        for (var axis = 0; axis < spatial.Length; axis++)
        {
            if (spatial[axis] > 1)
            {
                var change = pixels.diff(1, axis + 1).reshape(Count, -1).pow(2).mean([1]).sqrt().data<float>().ToArray();
                Assert.All(change.Zip(magnitudes), pair => Assert.InRange(pair.First, 0, pair.Second * 3 * Math.PI / spatial[axis]));
            }
        }
    }

    [Fact]
    public void ElasticDeformation_UpToATwentieth_FoldsNothing()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.ElasticMagnitude = 0.05;
        // A ramp that is nowhere folded rises from each pixel to the next, away from the border that is repeated.
        var ramp = arange(48, ScalarType.Float32).expand(64, 1, 48, 48).contiguous();

        var bent = Apply(options, ramp);
        var inside = bent.diff(1, 3).narrow(2, 8, 32).narrow(3, 8, 31);

        Assert.True(inside.min().item<float>() > -1e-3, $"{inside.min().item<float>()}");
        Assert.False(bent.allclose(ramp, atol: 0.5));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GeometryProbability_LeavesAShareOfImagesExactlyAsTheyAre(int[] spatial)
    {
        using var scope = NewDisposeScope();
        var images = Noise(64, spatial);
        var options = Everything();
        options.IntensityProbability = 0;
        (options.HorizontalFlip, options.VerticalFlip, options.DepthFlip) = (0, 0, 0);
        options.GeometryProbability = 0;
        Assert.True(Apply(options, images).equal(images).all().item<bool>());

        // Five changes, each of them absent with a probability of 0.8: a third of the images has none.
        options.GeometryProbability = 0.2;
        var changed = Apply(options, images);
        var untouched = changed.eq(images).reshape(64, -1).all(1).sum().item<long>();
        Assert.InRange(untouched, 8, 36);
    }

    [Property(MaxTest = 60)]
    public bool Flips_OfUnmovedImages_StayExact_BesideMovedOnes(int seed)
    {
        using var scope = NewDisposeScope();
        var images = Noise(6, [6, 7]);
        var options = AugmentationOptions.None();
        (options.HorizontalFlip, options.VerticalFlip, options.RotationDegrees, options.GeometryProbability) = (0.5, 0.5, 20, 0.5);
        var streams = Enumerable.Range(0, 6).Select(i => RandomStream.For(seed, RandomPurpose.Augmentation, 1, i)).ToArray();
        var flipsAlone = options.Clone();
        flipsAlone.GeometryProbability = 0;

        var changed = new ImageAugmenter(options, [6, 7]).Apply(images, streams);
        var flipped = new ImageAugmenter(flipsAlone, [6, 7]).Apply(images, streams);

        // The flips are drawn first, so both agree on them; an image either moved or is the flipped one to the last bit.
        return Enumerable.Range(0, 6).All(i => changed[i].equal(flipped[i]).all().item<bool>() || !changed[i].allclose(flipped[i], atol: 1e-3));
    }

    /// <summary>Options in which everything happens.</summary>
    internal static AugmentationOptions Everything() => new()
    {
        CropScaleMinimum = 0.6,
        HorizontalFlip = 0.5,
        VerticalFlip = 0.5,
        DepthFlip = 0.5,
        RotationDegrees = 20,
        ThroughPlaneRotationDegrees = 10,
        ScaleMinimum = 0.8,
        ScaleMaximum = 1.25,
        Translation = 0.1,
        ElasticMagnitude = 0.03,
        Brightness = 0.2,
        Contrast = 0.2,
        ChannelBrightness = 0.1,
        ChannelContrast = 0.1,
        Saturation = 0.3,
        HueDegrees = 20,
        GammaMinimum = 0.7,
        GammaMaximum = 1.4,
        BlurSigma = 1,
        SpeckleNoise = 0.1,
        GaussianNoise = 0.1,
        GeometryProbability = 0.7,
        IntensityProbability = 0.7,
    };

    private static double[] Ones(int rank) => [.. Enumerable.Repeat(1.0, rank)];

    private static Tensor Sample(Tensor image, float[] map, int[] spatial)
    {
        var theta = tensor(map, [1, spatial.Length, spatial.Length + 1]);
        var grid = nn.functional.affine_grid(theta, image.shape, align_corners: false);
        return nn.functional.grid_sample(image, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false);
    }

    private static int[] Unravel(int index, int[] spatial)
    {
        var place = new int[spatial.Length];
        for (var axis = spatial.Length - 1; axis >= 0; axis--)
        {
            (index, place[axis]) = Math.DivRem(index, spatial[axis]);
        }

        return place;
    }

    private static int Ravel(int[] place, int[] spatial) => place.Zip(spatial).Aggregate(0, (index, pair) => (index * pair.Second) + pair.First);

    private static Tensor Noise(int count, int[] spatial)
    {
        using var generator = new Generator(12, CPU);
        return rand([count, 1, .. spatial.Select(length => (long)length)], generator: generator).mul(200).add(20);
    }

    private static Tensor Apply(AugmentationOptions options, Tensor images) =>
        new ImageAugmenter(options, images.shape.Skip(2).Select(length => (int)length).ToArray())
            .Apply(images, Enumerable.Range(0, (int)images.shape[0]).Select(i => RandomStream.For(1, RandomPurpose.Augmentation, 1, i)).ToArray());
}
