using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using TruncatedTL.MLNet.Preparation;
using Xunit;

namespace ServeModel.Tests;

/// <summary>What the service says about an image is what ML.NET says about it.</summary>
[Collection(nameof(TrainedModels))]
public sealed class PredictionTests(TrainedModels models)
{
    [Fact]
    public async Task The_answer_is_that_of_the_model_loaded_by_ML_NET()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        var path = models.Sample("malignant-like-1.png");
        var (probability, isPositive, score, isUnlike) = PredictByMLNet(models.First, path);

        var answer = await RunningService.JsonAsync(service.PostAsync("/predict", File.ReadAllBytes(path), "image/png"));

        var named = isPositive ? "malignant-like" : "benign-like";
        Assert.Equal(named, answer.GetProperty("class").GetString());
        Assert.Equal(probability, answer.GetProperty("probabilities").GetProperty("malignant-like").GetDouble(), 1e-6);
        Assert.Equal(1 - probability, answer.GetProperty("probabilities").GetProperty("benign-like").GetDouble(), 1e-6);
        Assert.Equal(isPositive ? probability : 1 - probability, answer.GetProperty("probability").GetDouble(), 1e-6);
        Assert.Equal(score, answer.GetProperty("outOfDistribution").GetProperty("score").GetDouble(), 1e-5);
        Assert.Equal(isUnlike, answer.GetProperty("outOfDistribution").GetProperty("isFlagged").GetBoolean());
        Assert.True(answer.GetProperty("isCalibrated").GetBoolean());
        Assert.Contains("sensitivity", answer.GetProperty("operatingPoint").GetProperty("rule").GetString());
        Assert.Contains("Not a medical device", answer.GetProperty("notice").GetString());
    }

    [Fact]
    public async Task The_threshold_that_is_told_is_the_one_that_decides()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(models.Sample("x"))!))
        {
            var answer = await RunningService.JsonAsync(service.PostAsync("/predict", File.ReadAllBytes(file)));
            var threshold = answer.GetProperty("operatingPoint").GetProperty("probabilityThreshold").GetDouble();
            Assert.Equal(
                answer.GetProperty("probabilities").GetProperty("malignant-like").GetDouble() > threshold ? "malignant-like" : "benign-like",
                answer.GetProperty("class").GetString());
        }
    }

    [Fact]
    public async Task A_form_a_body_and_a_body_without_a_type_have_the_same_answer()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        var content = File.ReadAllBytes(models.Sample("benign-like-1.png"));

        var body = await RunningService.JsonAsync(service.PostAsync("/predict", content));
        var form = await RunningService.JsonAsync(service.PostFormAsync("/predict", content, "image.png", "image/png"));
        var untyped = await RunningService.JsonAsync(service.PostAsync("/predict", content, mediaType: null));

        Assert.Equal(body.GetRawText(), form.GetRawText());
        Assert.Equal(body.GetRawText(), untyped.GetRawText());
    }

    [Fact]
    public async Task A_JPEG_of_another_size_is_prepared_as_the_training_images_were()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        using var bitmap = SKBitmap.Decode(models.Sample("benign-like-2.png")).Resize(new SKImageInfo(150, 100, SKColorType.Rgba8888), SKFilterQuality.High);
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);
        var path = Path.Combine(models.Folder, "resized.jpg");
        File.WriteAllBytes(path, jpeg.ToArray());

        var answer = await RunningService.JsonAsync(service.PostAsync("/predict", jpeg.ToArray(), "image/jpeg"));

        Assert.Equal(PredictByMLNet(models.First, path).Probability, answer.GetProperty("probabilities").GetProperty("malignant-like").GetDouble(), 1e-6);
    }

    [SkippableFact]
    public async Task A_DICOM_file_is_read_and_shown()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        var path = Shared.Require("data", "dicom", "ct_series");
        var file = Directory.GetFiles(path).Order(StringComparer.Ordinal).First();

        var answer = await RunningService.JsonAsync(service.PostAsync("/predict", File.ReadAllBytes(file), "application/dicom"));
        using var preview = await service.PostAsync("/preview", File.ReadAllBytes(file), "application/dicom");

        Assert.Equal(PredictByMLNet(models.First, file).Probability, answer.GetProperty("probabilities").GetProperty("malignant-like").GetDouble(), 1e-6);
        using var picture = SKBitmap.Decode(await preview.Content.ReadAsByteArrayAsync());
        Assert.Equal((64, 64), (picture.Width, picture.Height));
        Assert.True(picture.Pixels.Select(pixel => pixel.Red).Distinct().Count() > 10);
    }

    [Fact]
    public async Task A_model_of_several_classes_without_extras_says_so()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.Multiclass });

        var answer = await RunningService.JsonAsync(service.PostAsync("/predict", File.ReadAllBytes(models.Sample("benign-like-1.png"))));

        var probabilities = answer.GetProperty("probabilities").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetDouble());
        Assert.Equal(["grey0", "grey1", "grey2"], probabilities.Keys);
        Assert.Equal(1, probabilities.Values.Sum(), 1e-5);
        Assert.Equal(probabilities.MaxBy(entry => entry.Value).Key, answer.GetProperty("class").GetString());
        Assert.False(answer.GetProperty("isCalibrated").GetBoolean());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.GetProperty("operatingPoint").ValueKind);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.GetProperty("outOfDistribution").ValueKind);
    }

    [Fact]
    public async Task The_preview_shows_the_prepared_image()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        var path = models.Sample("malignant-like-2.png");

        using var response = await service.PostAsync("/preview", File.ReadAllBytes(path));

        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        using var shown = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        var pixels = ImagePreparation.FromModel(models.First).Load(path);
        var (low, high) = (pixels.Min(), pixels.Max());
        Assert.Equal(pixels.Select(value => (int)MathF.Round((value - low) * (255 / (high - low)))), shown.Pixels.Select(pixel => (int)pixel.Green));
    }

    private static (float Probability, bool IsPositive, float Score, bool IsUnlike) PredictByMLNet(string zip, string path)
    {
        var context = new MLContext();
        var model = context.Model.Load(zip, out var schema);
        try
        {
            var definition = SchemaDefinition.Create(typeof(Row));
            definition[nameof(Row.Image)].ColumnType = schema["Image"].Type;
            var scored = model.Transform(context.Data.LoadFromEnumerable([new Row { Image = ImagePreparation.FromModel(zip).Load(path) }], definition));
            return (
                scored.GetColumn<float>("Probability").Single(),
                scored.GetColumn<bool>("PredictedLabel").Single(),
                scored.GetColumn<float>("OutOfDistributionScore").Single(),
                scored.GetColumn<bool>("IsOutOfDistribution").Single());
        }
        finally
        {
            (model as IDisposable)?.Dispose();
        }
    }

    private sealed class Row
    {
        public float[] Image { get; set; } = [];
    }
}
