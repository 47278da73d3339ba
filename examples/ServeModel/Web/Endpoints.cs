using ServeModel.Models;
using TruncatedTL.MLNet.Data;

namespace ServeModel.Web;

/// <summary>What the service answers.</summary>
internal static class Endpoints
{
    private static readonly (string Path, string Resource, string Type)[] PageFiles =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/app.css", "app.css", "text/css; charset=utf-8"),
        ("/app.js", "app.js", "text/javascript; charset=utf-8"),
        ("/favicon.svg", "favicon.svg", "image/svg+xml"),
    ];

    public static void Map(WebApplication application)
    {
        application.MapPost("/predict", PredictAsync);
        application.MapPost("/preview", PreviewAsync);
        application.MapPost("/explain", ExplainAsync);
        application.MapGet("/model", (ModelStore store) =>
        {
            using var lease = store.Lease();
            return Results.Json(new { lease.Model.Card, HasGradCam = lease.Model.GradCam.IsThere });
        });
        application.MapGet("/health", (ModelStore store) => Results.Json(
            new { Status = store.Card is null ? "no model" : store.Problem is null ? "ok" : "ok, but the model's file has changed and cannot be loaded", Model = store.Card?.Id, store.Card?.LoadedAt, store.Problem },
            statusCode: store.Card is null ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK));
        application.MapGet("/metrics", (ModelStore store, ServiceMetrics metrics) => Results.Text(metrics.Write(store.Card?.Id), "text/plain; version=0.0.4; charset=utf-8"));
        application.MapGet("/samples", (ServeOptions options) => Results.Json(Samples(options).Select(file => file.Name)));
        application.MapGet("/samples/{name}", (string name, ServeOptions options) =>
            Samples(options).FirstOrDefault(file => file.Name == name) is { } file ? Results.File(file.FullName, "application/octet-stream") : Results.NotFound());
        foreach (var (path, resource, type) in PageFiles)
        {
            var content = ReadResource(resource);
            application.MapGet(path, () => Results.Bytes(content, type));
        }
    }

    private static async Task<IResult> PredictAsync(HttpRequest request, ModelStore store, ServeOptions options, ServiceMetrics metrics, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        var upload = await UploadReader.ReadAsync(request, options.MaxUploadBytes, cancellation);
        var row = await lease.Model.RunAsync(() => lease.Model.Score(Prepare(lease.Model, upload, options)), cancellation);
        if (row.IsOutOfDistribution)
        {
            metrics.Flagged();
        }

        return Results.Json(Prediction.Create(lease.Model.Card, row));
    }

    private static async Task<IResult> PreviewAsync(HttpRequest request, ModelStore store, ServeOptions options, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        var upload = await UploadReader.ReadAsync(request, options.MaxUploadBytes, cancellation);
        var picture = await lease.Model.RunAsync(() => PreparedPicture.Draw(Prepare(lease.Model, upload, options), lease.Model.Preparation.Shape), cancellation);
        return Results.Bytes(picture, "image/png");
    }

    private static async Task<IResult> ExplainAsync(HttpRequest request, ModelStore store, ServeOptions options, CancellationToken cancellation)
    {
        using var lease = store.Lease();
        var upload = await UploadReader.ReadAsync(request, options.MaxUploadBytes, cancellation);
        var picture = await lease.Model.RunAsync(
            () =>
            {
                var pixels = Prepare(lease.Model, upload, options);
                return lease.Model.GradCam.Draw(pixels, lease.Model.Score(pixels).Decision());
            },
            cancellation);
        return Results.Bytes(picture, "image/png");
    }

    private static float[] Prepare(ServedModel model, Upload upload, ServeOptions options)
    {
        try
        {
            return model.Preparation.Load(upload.Content, upload.Name, options.MaxImageValues);
        }
        catch (ImageDataException error)
        {
            throw ProblemException.Unreadable(error);
        }
    }

    private static FileInfo[] Samples(ServeOptions options) =>
        Directory.Exists(options.SamplesFolder) ? [.. new DirectoryInfo(options.SamplesFolder).GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal)] : [];

    private static byte[] ReadResource(string name)
    {
        using var stream = typeof(Endpoints).Assembly.GetManifestResourceStream($"Page/{name}")!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
