using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace ServeModel.Tests;

/// <summary>What cannot be answered is answered with the reason.</summary>
[Collection(nameof(TrainedModels))]
public sealed class BadRequestTests(TrainedModels models)
{
    private const int Limit = 100_000;

    [Theory]
    [InlineData("/predict")]
    [InlineData("/preview")]
    [InlineData("/explain")]
    public async Task A_file_above_the_limit_is_refused_however_it_is_sent(string path)
    {
        await using var service = await StartAsync();
        var large = new byte[Limit + 1];

        var body = await RunningService.ProblemAsync(service.PostAsync(path, large), 413);
        var form = await RunningService.ProblemAsync(service.PostFormAsync(path, large, "large.png"), 413);
        var chunked = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(new MemoryStream(large)) };
        chunked.Headers.TransferEncodingChunked = true;
        var withoutLength = await RunningService.ProblemAsync(service.Client.SendAsync(chunked), 413);

        Assert.All([body, form, withoutLength], problem => Assert.Contains($"{Limit} bytes", problem.Detail));
    }

    [Fact]
    public async Task A_file_far_above_the_limit_is_not_read_to_its_end()
    {
        await using var service = await StartAsync();
        var endless = new EndlessStream();
        var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StreamContent(endless) };
        request.Headers.TransferEncodingChunked = true;

        // The server may close the connection before the client sees the answer; either way it stops.
        try
        {
            using var response = await service.Client.SendAsync(request);
            Assert.Equal(413, (int)response.StatusCode);
        }
        catch (HttpRequestException)
        {
        }

        Assert.InRange(endless.Given, Limit, 100L << 20);
    }

    [Fact]
    public async Task A_file_that_is_no_image_is_unreadable()
    {
        await using var service = await StartAsync();

        var text = await RunningService.ProblemAsync(service.PostAsync("/predict", Encoding.UTF8.GetBytes("Dear model, is this an image?")), 422);
        var png = File.ReadAllBytes(models.Sample("benign-like-1.png"));
        var cut = await RunningService.ProblemAsync(service.PostFormAsync("/predict", png[..(png.Length / 2)], "cut.png"), 422);

        Assert.Equal("The image cannot be read", text.Title);
        Assert.Contains("known image format", text.Detail);
        Assert.StartsWith("cut.png", cut.Detail);
    }

    [Fact]
    public async Task A_small_file_of_a_huge_image_is_refused()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.First, MaxImageValues = 1000 });

        var problem = await RunningService.ProblemAsync(service.PostAsync("/predict", File.ReadAllBytes(models.Sample("benign-like-1.png"))), 422);

        Assert.Contains("1000", problem.Detail.Replace(",", string.Empty));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task What_says_that_it_is_no_image_is_of_the_wrong_type(string mediaType)
    {
        await using var service = await StartAsync();
        var content = File.ReadAllBytes(models.Sample("benign-like-1.png"));

        var body = await RunningService.ProblemAsync(service.PostAsync("/predict", content, mediaType), 415);
        var form = await RunningService.ProblemAsync(service.PostFormAsync("/predict", content, "a.txt", mediaType), 415);

        Assert.Contains(mediaType, body.Detail);
        Assert.Contains(mediaType, form.Detail);
    }

    [Fact]
    public async Task A_request_without_a_file_says_what_is_missing()
    {
        await using var service = await StartAsync();

        var empty = await RunningService.ProblemAsync(service.PostAsync("/predict", []), 400);
        var noFile = await RunningService.ProblemAsync(service.Client.PostAsync("/predict", new MultipartFormDataContent { { new StringContent("x"), "comment" } }), 400);
        var damaged = new ByteArrayContent(Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nabc"));
        damaged.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        var unended = await RunningService.ProblemAsync(service.Client.PostAsync("/predict", damaged), 400);
        var boundless = new ByteArrayContent([1, 2, 3]);
        boundless.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data");
        var withoutBoundary = await RunningService.ProblemAsync(service.Client.PostAsync("/predict", boundless), 400);

        Assert.Contains("empty", empty.Detail);
        Assert.Contains("no file", noFile.Detail);
        Assert.Contains("damaged", unended.Detail);
        Assert.Contains("boundary", withoutBoundary.Detail);
    }

    [Fact]
    public async Task Without_a_model_every_question_about_it_says_why()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = Path.Combine(models.Folder, "absent.zip") });

        var predict = await RunningService.ProblemAsync(service.PostAsync("/predict", [1]), 503);
        var card = await RunningService.ProblemAsync(service.Client.GetAsync("/model"), 503);
        var health = await RunningService.JsonAsync(service.Client.GetAsync("/health"), 503);

        Assert.Equal(("No model", "There is no file absent.zip."), predict);
        Assert.Equal(predict, card);
        Assert.Equal("no model", health.GetProperty("status").GetString());
        Assert.Contains("absent.zip", health.GetProperty("problem").GetString());
    }

    [Fact]
    public async Task A_model_that_does_not_say_how_files_are_prepared_is_not_served()
    {
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = models.Unprepared });

        Assert.Contains("carries no image preparation", (await RunningService.ProblemAsync(service.PostAsync("/predict", [1]), 503)).Detail);
    }

    [Fact]
    public async Task Notes_that_name_another_number_of_classes_are_refused()
    {
        var folder = Directory.CreateDirectory(Path.Combine(models.Folder, "wrong-notes")).FullName;
        File.Copy(models.First, Path.Combine(folder, "model.zip"));
        File.WriteAllText(Path.Combine(folder, "model.card.json"), """{ "classNames": ["one", "two", "three"] }""");
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = Path.Combine(folder, "model.zip") });

        Assert.Contains("3 classes", (await RunningService.ProblemAsync(service.PostAsync("/predict", [1]), 503)).Detail);
    }

    [Theory]
    [InlineData("GET", "/predict", 405)]
    [InlineData("POST", "/model", 405)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/samples/..%2Fmodel.zip", 404)]
    [InlineData("GET", "/samples/model.zip", 404)]
    public async Task Other_addresses_and_methods_lead_nowhere(string method, string path, int status)
    {
        await using var service = await StartAsync();

        using var response = await service.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, (int)response.StatusCode);
    }

    private Task<RunningService> StartAsync() => RunningService.StartAsync(new ServeOptions { ModelPath = models.First, MaxUploadBytes = Limit });

    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            // An end there must be, should the service read all of it.
            if (Given > 200L << 20)
            {
                return 0;
            }

            Given += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
