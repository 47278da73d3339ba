using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>
/// Scores many rows in batches, straight through OnnxRuntime. ML.NET's own transformer hands OnnxRuntime one row at a time, which leaves a GPU idle
/// and costs something on a CPU, too.
/// </summary>
internal sealed class BatchScorer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _outputName;
    private readonly ImageInput _input;
    private readonly ITransformer? _preparation;

    /// <summary>Opens a session.</summary>
    /// <param name="model">The model.</param>
    /// <param name="outputName">Which of its outputs is wanted.</param>
    /// <param name="input">The image column.</param>
    /// <param name="preparation">The transforms before the network; null if the user's column holds the pixels.</param>
    public BatchScorer(byte[] model, string outputName, ImageInput input, ITransformer? preparation)
    {
        _session = new InferenceSession(model);
        _outputName = outputName;
        _input = input;
        _preparation = preparation;
    }

    /// <summary>The network's outputs for all rows, in their order.</summary>
    /// <param name="rows">The rows; images held in memory are copied, not consumed.</param>
    /// <param name="batchSize">Most rows at once.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    public List<float[]> Score(IDataView rows, int batchSize, CancellationToken cancellation)
    {
        var readable = _input.IsImage ? new CloningImageView(rows, _input.ImageColumnName) : rows;
        var prepared = _preparation?.Transform(readable) ?? readable;
        var column = prepared.Schema[_input.PixelColumnName];
        using var cursor = prepared.GetRowCursor([column]);
        return _input.IsByte
            ? Score<byte>(cursor, column, batchSize, cancellation)
            : Score<float>(cursor, column, batchSize, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private List<float[]> Score<T>(DataViewRowCursor cursor, DataViewSchema.Column column, int batchSize, CancellationToken cancellation)
        where T : unmanaged
    {
        var length = _input.SourceSpatial.Aggregate(_input.Channels, (product, side) => checked(product * side));
        var pixels = new T[checked(batchSize * length)]; // [N, C, ...]
        var getter = cursor.GetGetter<VBuffer<T>>(column);
        VBuffer<T> buffer = default;
        var results = new List<float[]>();
        var filled = 0;
        while (cursor.MoveNext())
        {
            getter(ref buffer);
            buffer.CopyTo(pixels.AsSpan(filled * length, length));
            if (++filled == batchSize)
            {
                cancellation.ThrowIfCancellationRequested();
                Run(pixels, filled, length, results);
                filled = 0;
            }
        }

        if (filled > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Run(pixels, filled, length, results);
        }

        return results;
    }

    private void Run<T>(T[] pixels, int count, int length, List<float[]> results)
        where T : unmanaged
    {
        long[] shape = [count, _input.Channels, .. _input.SourceSpatial];
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels.AsMemory(0, count * length), shape);
        using var options = new RunOptions();
        using var outputs = _session.Run(options, _session.InputNames, [input], [_outputName]);
        var values = outputs[0].GetTensorDataAsSpan<float>();
        var perRow = values.Length / count;
        for (var row = 0; row < count; row++)
        {
            results.Add(values.Slice(row * perRow, perRow).ToArray());
        }
    }
}
