using Microsoft.ML;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Scoring;

namespace TruncatedTL.MLNet;

/// <summary>
/// The parts around a fitted network from which its scoring chain is built, kept so that a calibrated or otherwise decided copy of a model can be built
/// without training anything anew.
/// </summary>
internal sealed record ScoringAssembly
{
    /// <summary>The user's context.</summary>
    public required MLContext Context { get; init; }

    /// <summary>How the image column reaches the network.</summary>
    public required ImageInput Input { get; init; }

    /// <summary>ML.NET's predictor behind the network.</summary>
    public required CalibratedHead Head { get; init; }

    /// <summary>What turns the distance from the training images into columns; null where the model has no such output.</summary>
    public required DistanceFlag? Flag { get; init; }

    /// <summary>Reads the label column.</summary>
    public required LabelReader Labels { get; init; }

    /// <summary>Name of the label column in training.</summary>
    public required string LabelColumnName { get; init; }

    /// <summary>Columns of the predictor and the names that the user wants for them, all of them.</summary>
    public required IReadOnlyList<(string From, string To)> OutputColumns { get; init; }

    /// <summary>Whether there is a threshold, which a question with more than two classes has not.</summary>
    public bool IsBinary => Labels is BooleanLabelReader;

    /// <summary>The final name of a predictor's column.</summary>
    public string NameOf(string predictorColumn) => OutputColumns.Single(column => column.From == predictorColumn).To;

    /// <summary>Exports the network and builds its chain.</summary>
    /// <param name="view">Any view with the image column; only its schema is read.</param>
    /// <param name="network">The network with its calibration.</param>
    /// <param name="modelLength">Length of the ONNX model in bytes.</param>
    public ScoringChain Build(IDataView view, FittedNetwork network, out int modelLength)
    {
        var model = network.ExportForScoring(Input.PixelColumnName, ScoringChain.LogitsColumnName, Head, Flag?.Head);
        modelLength = model.Length;
        return ScoringChain.Build(Context, view, Input, Head, model, [.. OutputColumns.Where(column => column.From != column.To)], Flag);
    }

    /// <summary>The user's rows with images that survive being read.</summary>
    public IDataView Readable(IDataView view) => Input.IsImage ? new CloningImageView(view, Input.ImageColumnName) : view;
}
