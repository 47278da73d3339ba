using Microsoft.ML;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet;

/// <content>Scoring of several views of each image.</content>
public sealed partial class TransferLearningTransformer
{
    private const string ViewsColumnName = "TruncatedTL.Views";

    // Decoded at a time; a bound on the memory, not on anything that shows.
    private const int ImagesAtOnce = 64;

    /// <summary>
    /// The class probabilities of all rows as the mean over several views of each image, with their spread. It makes views with libtorch and is therefore for
    /// programs that reference this library; the saved zip scores each image once.
    /// </summary>
    /// <param name="data">The rows; only the image column is read, and images held in memory are not consumed.</param>
    /// <param name="options">The views.</param>
    /// <returns>One prediction a row, in the order of the rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of another type than in training, or an option is out of its range.</exception>
    /// <exception cref="TrainingDataException">A row has no image, or one that cannot be read or has a value that is not a number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<AugmentedPrediction> PredictProbabilities(IDataView data, TestTimeAugmentation options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        var augmentation = options.Validated();
        _chain.Transformer.GetOutputSchema(data.Schema);
        TorchRuntime.EnsureLoaded();
        var input = _assembly.Input;
        using var decoder = PixelDecoder.Create(_assembly.Context, data, input, ViewsColumnName);
        using var scorer = _network.CreatePixelScorer();
        var decoded = decoder.Transformer?.Transform(_assembly.Readable(data)) ?? _assembly.Readable(data);
        var column = decoded.Schema[decoder.PixelColumnName];
        var augmenter = new ImageAugmenter(augmentation, input.NetworkSpatial);
        var results = new List<AugmentedPrediction>();
        using var cursor = decoded.GetRowCursor([column]);
        int[] shape = [input.Channels, .. input.NetworkSpatial];
        ImageStore images;
        do
        {
            images = ReadSome(cursor, column, shape);
            var image = new float[images.ImageLength];
            for (var i = 0; i < images.Count; i++)
            {
                images.CopyTo(i, image);
                results.Add(Summarize(ScoreViews(scorer, augmenter, image, shape, results.Count, options)));
            }
        }
        while (images.Count == ImagesAtOnce);

        return results;
    }

    private static ImageStore ReadSome(DataViewRowCursor cursor, DataViewSchema.Column column, IReadOnlyList<int> shape)
    {
        var images = new ImageStore(shape);
        var read = PixelColumn.Reader(cursor, column, images);
        while (images.Count < ImagesAtOnce && cursor.MoveNext())
        {
            read();
        }

        return images;
    }

    private static float[][] ScoreViews(PixelScorer scorer, ImageAugmenter augmenter, float[] image, int[] shape, int row, TestTimeAugmentation options)
    {
        var scores = new float[options.Views][];
        for (var first = 0; first < options.Views; first += options.BatchSize)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(options.BatchSize, options.Views - first);
            scorer.Score(MakeViews(augmenter, image, shape, options.Seed, row, first, count), count).CopyTo(scores, first);
        }

        return scores;
    }

    // Views [first, first + count) of the image in a row; view 0 is the image itself.
    private static float[] MakeViews(ImageAugmenter augmenter, float[] image, int[] shape, int seed, int row, int first, int count)
    {
        using var scope = NewDisposeScope();
        var streams = Enumerable.Range(first, count).Select(view => RandomStream.For(seed, RandomPurpose.View, view, row)).ToArray();
        var same = tensor(image, [1, .. shape.Select(length => (long)length)]).expand([count, .. shape.Select(length => (long)length)]);
        var views = augmenter.Apply(same, streams).contiguous().data<float>().ToArray();
        if (first == 0)
        {
            image.CopyTo(views, 0);
        }

        return views;
    }

    private static AugmentedPrediction Summarize(float[][] views)
    {
        // One output is the probability of the positive class, which comes second.
        var probabilities = Array.ConvertAll(views, view => view.Length > 1 ? view : [1 - view[0], view[0]]);
        var classes = probabilities[0].Length;
        var (mean, deviation) = (new float[classes], new float[classes]);
        for (var c = 0; c < classes; c++)
        {
            var average = probabilities.Average(view => (double)view[c]);
            mean[c] = (float)average;
            deviation[c] = (float)Math.Sqrt(probabilities.Sum(view => (view[c] - average) * (view[c] - average)) / (views.Length - 1));
        }

        return new AugmentedPrediction(mean, deviation);
    }
}
