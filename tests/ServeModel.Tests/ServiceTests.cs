using System.Globalization;
using SkiaSharp;
using Xunit;

namespace ServeModel.Tests;

/// <summary>Everything but predictions: card, health, metrics, Grad-CAM, page.</summary>
[Collection(nameof(TrainedModels))]
public sealed class ServiceTests(TrainedModels models)
{
    [Fact]
    public async Task The_card_says_what_the_model_is_and_what_people_wrote_about_it()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });

        var answer = await RunningService.JsonAsync(service.Client.GetAsync("/model"));

        var card = answer.GetProperty("card");
        Assert.True(answer.GetProperty("hasGradCam").GetBoolean());
        Assert.Equal("Lesions drawn by formula", card.GetProperty("title").GetString());
        Assert.Equal(["benign-like", "malignant-like"], card.GetProperty("classNames").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("Truncated(layer3.0)", card.GetProperty("strategy").GetString());
        Assert.Equal("layer3.0", card.GetProperty("cut").GetString());
        Assert.Equal("resnet18_w32", card.GetProperty("backbone").GetString());
        Assert.Equal([1, 64, 64], card.GetProperty("input").EnumerateArray().Select(length => length.GetInt32()));
        Assert.Equal(1, card.GetProperty("training").GetProperty("epochs").GetInt32());
        Assert.InRange(card.GetProperty("training").GetProperty("value").GetDouble(), 0, 1);
        Assert.Equal("Temperature", card.GetProperty("calibration").GetString());
        Assert.Contains("AUROC", card.GetProperty("evaluation").GetString());
        Assert.Contains("Not a medical device", card.GetProperty("notice").GetString());
    }

    [Fact]
    public async Task Health_names_the_model()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.Multiclass });

        var health = await RunningService.JsonAsync(service.Client.GetAsync("/health"));

        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal(service.Store.Card!.Id, health.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Metrics_count_what_happened()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        var image = File.ReadAllBytes(models.Sample("benign-like-1.png"));
        var flagged = 0;
        for (var i = 0; i < 3; i++)
        {
            var answer = await RunningService.JsonAsync(service.PostAsync("/predict", image));
            flagged += answer.GetProperty("outOfDistribution").GetProperty("isFlagged").GetBoolean() ? 1 : 0;
        }

        await RunningService.ProblemAsync(service.PostAsync("/predict", image, "text/plain"), 415);
        await RunningService.ProblemAsync(service.PostAsync("/predict", [1, 2, 3]), 422);

        var figures = await FiguresAsync(service);

        Assert.Equal(3, figures["""serve_requests_total{route="/predict",status="200"}"""]);
        Assert.Equal(1, figures["""serve_requests_total{route="/predict",status="415"}"""]);
        Assert.Equal(1, figures["""serve_requests_total{route="/predict",status="422"}"""]);
        Assert.Equal(2, figures["serve_errors_total"]);
        Assert.Equal(flagged, figures["serve_out_of_distribution_total"]);
        Assert.Equal(5, figures["""serve_request_duration_seconds_count{route="/predict"}"""]);
        Assert.Equal(5, figures["""serve_request_duration_seconds_bucket{route="/predict",le="+Inf"}"""]);
        Assert.True(figures["""serve_request_duration_seconds_sum{route="/predict"}"""] > 0);
        var buckets = figures.Where(figure => figure.Key.StartsWith("serve_request_duration_seconds_bucket{route=\"/predict\"", StringComparison.Ordinal)).Select(figure => figure.Value).ToArray();
        Assert.Equal(12, buckets.Length);
        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(1, figures["""serve_model_loads_total{result="loaded"}"""]);
        Assert.Equal(1, figures[$$"""serve_model_info{id="{{service.Store.Card!.Id}}"}"""]);
        Assert.True(figures["process_resident_memory_bytes"] > 10_000_000);
        Assert.Equal(1, figures["serve_requests_in_flight"]);
    }

    [Fact]
    public async Task Grad_CAM_is_drawn_over_the_image()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        var image = File.ReadAllBytes(models.Sample("malignant-like-1.png"));

        using var response = await service.PostAsync("/explain", image);

        using var picture = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        Assert.True(picture.Width >= 64);
        Assert.Contains(picture.Pixels, pixel => pixel.Red > pixel.Blue + 40);
    }

    [Fact]
    public async Task Without_weights_beside_the_model_Grad_CAM_says_what_it_needs()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.Multiclass });

        var problem = await RunningService.ProblemAsync(service.PostAsync("/explain", File.ReadAllBytes(models.Sample("benign-like-1.png"))), 404);

        Assert.Contains("SaveWeights", problem.Detail);
        Assert.Contains("multiclass.safetensors", problem.Detail);
        Assert.False((await RunningService.JsonAsync(service.Client.GetAsync("/model"))).GetProperty("hasGradCam").GetBoolean());
    }

    [Fact]
    public async Task Weights_of_another_model_are_not_taken_for_its_own()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First, WeightsPath = Path.ChangeExtension(models.Second, ".safetensors") });

        var problem = await RunningService.ProblemAsync(service.PostAsync("/explain", File.ReadAllBytes(models.Sample("benign-like-1.png"))), 404);

        Assert.Contains("another model", problem.Detail);
    }

    [Fact]
    public async Task The_page_asks_nobody_else()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });

        foreach (var (path, type) in new[] { ("/", "text/html"), ("/app.css", "text/css"), ("/app.js", "text/javascript"), ("/favicon.svg", "image/svg+xml") })
        {
            using var response = await service.Client.GetAsync(path);
            Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.DoesNotMatch("(src|href|url)[=(]\"?(https?:)?//", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Samples_lie_beside_the_model()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });

        var names = (await RunningService.JsonAsync(service.Client.GetAsync("/samples"))).EnumerateArray().Select(name => name.GetString()!).ToArray();

        Assert.Equal(["benign-like-1.png", "benign-like-2.png", "malignant-like-1.png", "malignant-like-2.png", "something-else.png"], names);
        Assert.Equal(File.ReadAllBytes(models.Sample(names[0])), await service.Client.GetByteArrayAsync($"/samples/{names[0]}"));
    }

    private static async Task<Dictionary<string, double>> FiguresAsync(RunningService service)
    {
        var text = await service.Client.GetStringAsync("/metrics");
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches("""^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? \S+)$""", line));
        return text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
