using Microsoft.ML;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>A model's zip and its ONNX file in a folder that vanishes with this object.</summary>
internal sealed class TemporaryModel : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("truncatedtl-benchmark-");

    public TemporaryModel(TransferLearningTransformer model, DataViewSchema schema)
    {
        new MLContext().Model.Save(model, schema, Zip);
        model.SaveOnnx(Onnx);
    }

    public string Zip => Path.Combine(_folder.FullName, "model.zip");

    public string Onnx => Path.Combine(_folder.FullName, "model.onnx");

    public void Dispose() => _folder.Delete(recursive: true);
}
