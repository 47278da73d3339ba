using Microsoft.ML;

namespace TruncatedTL.MLNet.Tool.Results;

/// <summary>The files of a trained model in a folder.</summary>
/// <param name="Zip">For ML.NET.</param>
/// <param name="Weights">Tensors under PyTorch's names, for explanations and for going on.</param>
/// <param name="Onnx">For ONNX Runtime in any language.</param>
internal sealed record ModelFiles(string Zip, string Weights, string Onnx)
{
    /// <summary>The names in a folder.</summary>
    public static ModelFiles In(string folder) =>
        new(Path.Combine(folder, "model.zip"), Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "model.onnx"));

    /// <summary>Writes all of them.</summary>
    public static ModelFiles Save(MLContext context, TransferLearningTransformer model, DataViewSchema schema, string folder)
    {
        Directory.CreateDirectory(folder);
        var files = In(folder);
        context.Model.Save(model, schema, files.Zip);
        files.SaveBeside(model);
        return files;
    }

    /// <summary>Writes what does not lie there yet once the zip does.</summary>
    public void SaveBeside(TransferLearningTransformer model)
    {
        model.SaveWeights(Weights);
        model.SaveOnnx(Onnx);
    }
}
