using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Weights;

namespace ServeModel.Models;

/// <summary>
/// Grad-CAM from the weights beside a model. Nothing of it is loaded, libtorch included, before somebody asks.
/// </summary>
/// <param name="weightsPath">What the model's SaveWeights wrote.</param>
/// <param name="facts">What the model says about itself; the weights must say the same.</param>
internal sealed class GradCam(string weightsPath, IReadOnlyDictionary<string, string> facts) : IDisposable
{
    // Together they tell two trainings apart: equal figures to the last digit are no accident.
    private static readonly string[] Fingerprint =
    [
        "truncatedtl.backbone", "truncatedtl.strategy", "truncatedtl.cut", "truncatedtl.classes", "truncatedtl.training.epochs", "truncatedtl.training.value",
    ];

    private readonly Lock _lock = new();
    private ImageExplainer? _explainer;

    /// <summary>Whether the weights are there; whether they fit shows when they are used.</summary>
    public bool IsThere => File.Exists(weightsPath);

    /// <summary>Where the network sees a class, drawn over the image, as PNG.</summary>
    /// <param name="pixels">The prepared image.</param>
    /// <param name="classIndex">The class.</param>
    /// <exception cref="ProblemException">There are no weights, they are another model's, or libtorch is not there.</exception>
    public byte[] Draw(float[] pixels, int classIndex)
    {
        var explainer = Explainer();
        var explanation = explainer.GradCam(pixels, new GradCamOptions { ClassName = explainer.ClassNames[classIndex] });
        var path = Path.Combine(Path.GetTempPath(), $"truncatedtl-serve-{Guid.NewGuid():N}.png");
        try
        {
            explanation.SaveOverlayPng(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose() => _explainer?.Dispose();

    private ImageExplainer Explainer()
    {
        lock (_lock)
        {
            return _explainer ??= Load();
        }
    }

    private ImageExplainer Load()
    {
        try
        {
            var weights = WeightsFile.Load(weightsPath);
            return Array.Find(Fingerprint, key => weights.Metadata.GetValueOrDefault(key) != facts.GetValueOrDefault(key)) is { } other
                ? throw Unavailable($"The weights in {Path.GetFileName(weightsPath)} belong to another model: '{other}' differs.")
                : ImageExplainer.FromWeights(weights);
        }
        catch (IOException)
        {
            throw Unavailable($"Grad-CAM needs what the model's SaveWeights wrote, as {Path.GetFileName(weightsPath)} beside the zip.");
        }
        catch (WeightsException error)
        {
            throw Unavailable(error.Message);
        }
        catch (TorchBackendException error)
        {
            throw new ProblemException(StatusCodes.Status501NotImplemented, "No libtorch", $"This service was built without libtorch, which Grad-CAM needs. {error.Message}", error);
        }
    }

    private static ProblemException Unavailable(string detail) => new(StatusCodes.Status404NotFound, "No Grad-CAM", detail);
}
