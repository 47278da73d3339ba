using System.Reflection;
using Xunit;

namespace ServeModel.Tests.Browser;

/// <summary>
/// The page in a real browser. With the environment variable <see cref="TrainedModels.ScreenshotVariable"/>, a folder, it leaves pictures there.
/// </summary>
[Collection(nameof(TrainedModels))]
public sealed class PageTests(TrainedModels models)
{
    private const string Answered = "!document.getElementById('result').hidden && document.getElementById('preview').complete";
    private const string Explained = Answered + " && (!document.getElementById('why').hidden && document.getElementById('overlay').naturalWidth > 0)";
    private const int TabKey = 9;
    private const int EnterKey = 13;

    [SkippableTheory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task The_page_looks_right_before_and_after_an_image_and_asks_nobody_else(int width, bool isDark)
    {
        await using var browser = await Chromium.StartAsync();
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });

        await OpenAsync(browser, service, width, isDark);
        await AssertLooksRightAsync(browser);
        await browser.ChooseFileAsync("#file", models.Sample("malignant-like-1.png"));
        await browser.UntilAsync(Explained);
        await AssertLooksRightAsync(browser);
        await SaveAsync(browser, $"serve-{width}{(isDark ? "-dark" : string.Empty)}.png");

        Assert.Equal("malignant-like-1.png", await TextAsync(browser, "file-name"));
        Assert.Contains(await TextAsync(browser, "class"), new[] { "benign-like", "malignant-like" });
        Assert.Contains("threshold", await TextAsync(browser, "decision"));
        Assert.Contains("Lesions drawn by formula", await TextAsync(browser, "title"));
        Assert.Contains("AUROC", await TextAsync(browser, "facts"));
        AssertQuiet(browser, service);
    }

    [SkippableFact]
    public async Task The_keyboard_alone_is_enough()
    {
        await using var browser = await Chromium.StartAsync();
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        await OpenAsync(browser, service, 1280, isDark: false);

        var reached = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            await browser.PressAsync("Tab", TabKey);
            var focused = (await browser.EvaluateAsync("document.activeElement.id || document.activeElement.textContent"))!.GetValue<string>();
            reached.Add(focused);
            var outline = (await browser.EvaluateAsync("getComputedStyle(document.activeElement.id === 'file' ? document.getElementById('choose') : document.activeElement).outlineStyle"))!.GetValue<string>();
            Assert.Equal("solid", outline);
            if (focused == "malignant like 2")
            {
                await browser.PressAsync("Enter", EnterKey);
                await browser.UntilAsync(Answered + " && document.getElementById('file-name').textContent === 'malignant-like-2.png'");
            }
        }

        Assert.Equal(["file", "benign like 1", "benign like 2", "malignant like 1", "malignant like 2", "something else", "/model", "/health", "/metrics"], reached);
        AssertQuiet(browser, service);
    }

    [SkippableFact]
    public async Task A_file_that_cannot_be_read_is_said_and_the_next_one_works()
    {
        await using var browser = await Chromium.StartAsync();
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        await OpenAsync(browser, service, 390, isDark: false);
        var text = Path.Combine(models.Folder, "letter.png");
        File.WriteAllText(text, "This is <b>no</b> image.");

        await browser.ChooseFileAsync("#file", text);
        await browser.UntilAsync("!document.getElementById('problem').hidden");
        Assert.StartsWith("The image cannot be read. letter.png", await TextAsync(browser, "problem"));
        await AssertLooksRightAsync(browser);

        await browser.ChooseFileAsync("#file", models.Sample("benign-like-1.png"));
        await browser.UntilAsync(Explained + " && document.getElementById('problem').hidden");
    }

    [SkippableFact]
    public async Task Without_weights_the_page_says_why_there_is_no_Grad_CAM()
    {
        await using var browser = await Chromium.StartAsync();
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.Multiclass });
        await OpenAsync(browser, service, 1280, isDark: false);

        await browser.ChooseFileAsync("#file", models.Sample("benign-like-1.png"));
        await browser.UntilAsync(Answered + " && !document.getElementById('no-why').hidden");

        Assert.Contains("SaveWeights", await TextAsync(browser, "no-why"));
        await AssertLooksRightAsync(browser);
        AssertQuiet(browser, service);
    }

    [SkippableFact]
    public async Task A_DICOM_file_shows_as_the_model_is_given_it()
    {
        var file = Directory.GetFiles(Shared.Require("data", "dicom", "ct_series")).Order(StringComparer.Ordinal).First();
        await using var browser = await Chromium.StartAsync();
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First });
        await OpenAsync(browser, service, 1280, isDark: false);

        await browser.ChooseFileAsync("#file", file);
        await browser.UntilAsync(Explained);

        Assert.Equal(64, (await browser.EvaluateAsync("document.getElementById('preview').naturalWidth"))!.GetValue<int>());
        await AssertLooksRightAsync(browser);
        AssertQuiet(browser, service);
    }

    private static async Task OpenAsync(Chromium browser, RunningService service, int width, bool isDark)
    {
        await browser.OpenAsync(service.Address + "/", width, 900, isDark);
        await browser.UntilAsync("document.documentElement.dataset.ready && document.getElementById('facts').children.length > 0 && [...document.querySelectorAll('#samples img')].every(image => image.naturalWidth > 0)");
    }

    private static async Task<string> TextAsync(Chromium browser, string id) => (await browser.EvaluateAsync($"document.getElementById('{id}').textContent"))!.GetValue<string>();

    private static async Task AssertLooksRightAsync(Chromium browser)
    {
        using var script = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Browser/check.js")!);

        // Colours and widths that are still moving are not yet what is looked at.
        await browser.EvaluateAsync("Promise.all(document.getAnimations().map(animation => animation.finished))");
        Assert.Equal(string.Empty, (await browser.EvaluateAsync(await script.ReadToEndAsync()))!.GetValue<string>());
    }

    private static void AssertQuiet(Chromium browser, RunningService service)
    {
        Assert.All(browser.Requests, address => Assert.True(
            address.StartsWith(service.Address + "/", StringComparison.Ordinal) || address.StartsWith($"blob:{service.Address}", StringComparison.Ordinal), address));
        Assert.Empty(browser.Messages);
    }

    private static async Task SaveAsync(Chromium browser, string name)
    {
        if (Environment.GetEnvironmentVariable(TrainedModels.ScreenshotVariable) is { Length: > 0 } folder)
        {
            await browser.ScreenshotAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, name));
        }
    }
}
