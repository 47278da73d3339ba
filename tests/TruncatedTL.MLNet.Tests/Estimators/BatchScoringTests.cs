using Microsoft.ML;
using Microsoft.ML.Data;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>Scoring in batches gives what scoring row by row gives.</summary>
public sealed class BatchScoringTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(24)]
    [InlineData(100)]
    public void Any_batch_size_gives_the_scores_of_single_rows(int batchSize)
    {
        var data = SyntheticImages.View(_context, 24, classes: 4, asBytes: false);
        using var model = Trainers.Multiclass(_context).Fit(data);
        var expected = model.Transform(data).GetColumn<float[]>("Score").ToArray();
        var actual = model.PredictProbabilities(data, batchSize);
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.All(pair.First.Zip(pair.Second), p => Assert.Equal(p.First, p.Second, 1e-5)));
    }

    [Fact]
    public void Images_in_memory_are_not_consumed()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 16).Select(i => new ImageRow { Positive = i % 2 == 1, Image = Picture(i % 2, random) }).ToArray();
        var data = _context.Data.LoadFromEnumerable(rows);
        using var model = Trainers.Binary(_context).Fit(data);
        var first = model.PredictProbabilities(data, 5);
        Assert.Equal(first, model.PredictProbabilities(data, 3));
        Assert.All(first.Zip(model.Transform(data).GetColumn<float>("Probability")), pair => Assert.Equal(pair.Second, pair.First[1], 1e-5));
    }

    [Fact]
    public void Misuse_is_refused()
    {
        var data = SyntheticImages.View(_context, 16);
        using var model = Trainers.Binary(_context).Fit(data);
        Assert.Empty(model.PredictProbabilities(SyntheticImages.View(_context, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.PredictProbabilities(data, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.PredictProbabilities(SyntheticImages.View(_context, 8, imageColumnName: "Picture")));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => model.PredictProbabilities(data, 4, source.Token));
    }

    [Fact]
    public void A_disposed_model_says_so()
    {
        var data = SyntheticImages.View(_context, 16);
        var model = Trainers.Binary(_context).Fit(data);
        Assert.Equal(16, model.PredictProbabilities(data).Count);
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.PredictProbabilities(data));
        Assert.Throws<ObjectDisposedException>(() => model.Transform(data));
    }

    private static MLImage Picture(int label, Random random)
    {
        var grey = SyntheticImages.Pixels(label, 1, SyntheticImages.Size, random);
        var pixels = grey.SelectMany(value => new byte[] { value, value, value, 255 }).ToArray();
        return MLImage.CreateFromPixels(SyntheticImages.Size, SyntheticImages.Size, MLPixelFormat.Rgba32, pixels);
    }

    private sealed class ImageRow
    {
        public bool Positive { get; set; }

        [Microsoft.ML.Transforms.Image.ImageType(SyntheticImages.Size, SyntheticImages.Size)]
        public MLImage Image { get; set; } = null!;
    }
}
