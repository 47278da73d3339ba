using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// Obtains the <see cref="SchemaShape"/> of a view with public API only: an estimator chain propagates the shape to its first
/// estimator before it fits anything.
/// </summary>
internal sealed class SchemaProbe : IEstimator<ITransformer>
{
    private SchemaShape? _shape;

    private SchemaProbe()
    {
    }

    /// <summary>The shape of <paramref name="view"/>'s columns.</summary>
    public static SchemaShape ShapeOf(IDataView view)
    {
        var probe = new SchemaProbe();
        new EstimatorChain<ITransformer>().Append(probe).Fit(view);
        return probe._shape ?? throw new InvalidOperationException("ML.NET's estimator chain did not propagate the schema; this version of Microsoft.ML is not supported.");
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _shape = inputSchema;
        return inputSchema;
    }

    public ITransformer Fit(IDataView input) => new TransformerChain<ITransformer>();
}
