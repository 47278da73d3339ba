using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>Training on ML.NET's own image type.</summary>
public sealed class ImageColumnTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void Images_held_in_memory_survive_Fit()
    {
        var rows = SizedRows(24).ToArray();
        using var model = Trainers.Binary(_context).Fit(_context.Data.LoadFromEnumerable(rows));
        Assert.All(rows, row => Assert.Equal(16, row.Image!.Width));
        Assert.Equal(16, model.Training.History.Count > 0 ? rows[0].Image!.Height : 0);
        Assert.InRange(model.ParityError, 0, 1e-4);
    }

    [Fact]
    public void Images_of_unknown_size_are_fitted_with_padding_and_load_again_elsewhere()
    {
        var folder = Directory.CreateTempSubdirectory("truncatedtl-images-");
        try
        {
            var random = new Random(3);
            var rows = Enumerable.Range(0, 24).Select(i =>
            {
                var path = Path.Combine(folder.FullName, $"{i}.png");
                using var image = Image(i % 2, width: 20 + i % 3, height: 16, random);
                image.Save(path);
                return new FileRow { ImagePath = path, Positive = i % 2 == 1 };
            }).ToArray();
            var view = _context.Data.LoadFromEnumerable(rows);
            var pipeline = _context.Transforms.LoadImages("Image", string.Empty, nameof(FileRow.ImagePath))
                .Append(Trainers.Binary(_context, o => o.InputSize = [24, 24]));
            using var model = pipeline.Fit(view);
            using var file = new TemporaryPath(".zip");
            _context.Model.Save(model, view.Schema, file.Path);
            var loaded = new MLContext().Model.Load(file.Path, out _);
            using var cleanUp = loaded as IDisposable;
            var scores = model.Transform(view).GetColumn<float>("Score").ToArray();
            Assert.Equal(scores, loaded.Transform(view).GetColumn<float>("Score").ToArray());
            Assert.Equal(["ImagePath", "Positive", "Image", "Score", "Probability", "PredictedLabel"], model.Transform(view).Schema.Select(c => c.Name).OrderBy(Order));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_graph_reads_the_pixels_that_ExtractPixels_gives()
    {
        // Red, green and blue differ, so that a swapped channel order would move the logits.
        var rows = SizedRows(16, tinted: true).ToArray();
        using var fromImages = Trainers.Binary(_context, o => o.Training.Seed = 3).Fit(_context.Data.LoadFromEnumerable(rows));
        var view = _context.Data.LoadFromEnumerable(SizedRows(16, tinted: true).ToArray());
        var pixels = _context.Transforms.ExtractPixels("Pixels", "Image", outputAsFloatArray: false).Fit(view).Transform(view);
        using var fromPixels = Trainers.Binary(_context, o =>
        {
            o.Training.Seed = 3;
            o.ImageColumnName = "Pixels";
        }).Fit(pixels);
        var again = _context.Data.LoadFromEnumerable(SizedRows(16, tinted: true).ToArray());
        Assert.Equal(
            fromPixels.Transform(_context.Transforms.ExtractPixels("Pixels", "Image", outputAsFloatArray: false).Fit(again).Transform(again)).GetColumn<float>("Score"),
            fromImages.Transform(_context.Data.LoadFromEnumerable(SizedRows(16, tinted: true).ToArray())).GetColumn<float>("Score"));
    }

    private static int Order(string name) => Array.IndexOf(["ImagePath", "Positive", "Image", "Score", "Probability", "PredictedLabel"], name);

    private static IEnumerable<ImageRow> SizedRows(int count, bool tinted = false)
    {
        var random = new Random(3);
        for (var i = 0; i < count; i++)
        {
            yield return new ImageRow { Positive = i % 2 == 1, Image = Image(i % 2, 16, 16, random, tinted) };
        }
    }

    private static MLImage Image(int label, int width, int height, Random random, bool tinted = false)
    {
        var pixels = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
        {
            var bright = (i % width < width / 2) == (label == 0);
            var grey = (bright ? 150 : 60) + random.Next(50);
            pixels[4 * i] = (byte)grey;
            pixels[4 * i + 1] = (byte)(tinted ? grey / 2 : grey);
            pixels[4 * i + 2] = (byte)(tinted ? grey / 4 : grey);
            pixels[4 * i + 3] = 255;
        }

        return MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, pixels);
    }

    private sealed class ImageRow
    {
        public bool Positive { get; set; }

        [ImageType(16, 16)]
        public MLImage? Image { get; set; }
    }

    private sealed class FileRow
    {
        public string ImagePath { get; set; } = string.Empty;

        public bool Positive { get; set; }
    }
}
