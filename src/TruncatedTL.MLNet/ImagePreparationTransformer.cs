using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet;

/// <summary>
/// Prepares a column of pixels by an ONNX graph. What is saved are ML.NET's own transformers: any app loads them that references Microsoft.ML,
/// Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime.
/// </summary>
public sealed class ImagePreparationTransformer : ITransformer, IDisposable
{
    private readonly TransformerChain<ITransformer> _chain;
    private readonly TemporaryFile _modelFile;

    internal ImagePreparationTransformer(TransformerChain<ITransformer> chain, ImagePreparation preparation, TemporaryFile modelFile)
    {
        _chain = chain;
        _modelFile = modelFile;
        Preparation = preparation;
    }

    /// <summary>What is done to the column.</summary>
    public ImagePreparation Preparation { get; }

    bool ITransformer.IsRowToRowMapper => ((ITransformer)_chain).IsRowToRowMapper;

    /// <summary>The schema with the prepared column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type than in Fit.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.GetOutputSchema(inputSchema);

    /// <summary>Prepares the rows lazily.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type than in Fit.</exception>
    public IDataView Transform(IDataView input) => _chain.Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => ((ITransformer)_chain).GetRowToRowMapper(inputSchema);

    // What is saved are ML.NET's transformers alone: the app that loads them needs no assembly of ours.
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)_chain).Save(ctx);

    /// <summary>Releases the ONNX session and deletes the temporary model file; views of this transformer can no longer be read.</summary>
    public void Dispose()
    {
        _chain.Dispose();
        _modelFile.Dispose();
    }
}
