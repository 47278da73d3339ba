using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>Finds the weights file that belongs to a model, and opens it for explanations.</summary>
internal static class ExplainerSource
{
    /// <summary>The weights file of a model.</summary>
    /// <param name="model">A zip, an ONNX file, a weights file, or the folder of a training or experiment.</param>
    /// <param name="weights">The file that somebody has named; null for none.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static string Find(string model, string? weights)
    {
        if (weights is not null)
        {
            return File.Exists(weights) ? weights : throw new FileNotFoundException($"The weights file '{weights}' does not exist.");
        }

        if (model.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return File.Exists(model) ? model : throw new FileNotFoundException($"The weights file '{model}' does not exist.");
        }

        if (!Path.Exists(model))
        {
            throw new FileNotFoundException($"The model '{model}' does not exist.");
        }

        var beside = Directory.Exists(model) ? Path.Combine(model, "model.safetensors") : Path.ChangeExtension(model, ".safetensors");
        return File.Exists(beside)
            ? beside
            : throw new FileNotFoundException($"The model's weights are needed, and '{beside}' does not exist. 'ttl train' and 'ttl compare' write it beside the zip, SaveWeights of the fitted model does so in a program; name it with --weights.");
    }

    /// <summary>Opens a model for explanations.</summary>
    public static (ImageExplainer Explainer, ModelDescription Description, string Path) Open(string model, string? weights)
    {
        var path = Find(model, weights);
        return (ImageExplainer.FromWeights(WeightsFile.Load(path)), ModelDescription.FromFile(path), path);
    }
}
