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
        var results = new List<float[]>();
        Score(rows, batchSize, outputs => results.Add(outputs.ToArray()), cancellation);
        return results;
    }

    /// <summary>Hands on the network's outputs of all rows, one by one in their order.</summary>
    /// <param name="rows">The rows; images held in memory are copied, not consumed.</param>
    /// <param name="batchSize">Most rows at once.</param>
    /// <param name="take">Takes the outputs of a row, which are there during the call only.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    public void Score(IDataView rows, int batchSize, Action<ReadOnlySpan<float>> take, CancellationToken cancellation)
    {
        var readable = _input.IsImage ? new CloningImageView(rows, _input.ImageColumnName) : rows;
        var prepared = _preparation?.Transform(readable) ?? readable;
        var column = prepared.Schema[_input.PixelColumnName];
        using var cursor = prepared.GetRowCursor([column]);
        if (_input.IsByte)
        {
            Score<byte>(cursor, column, batchSize, take, cancellation);
        }
        else
        {
            Score<float>(cursor, column, batchSize, take, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private void Score<T>(DataViewRowCursor cursor, DataViewSchema.Column column, int batchSize, Action<ReadOnlySpan<float>> take, CancellationToken cancellation)
        where T : unmanaged
    {
        var length = _input.SourceSpatial.Aggregate(_input.Channels, (product, side) => checked(product * side));
        var pixels = new T[checked(batchSize * length)]; // [N, C, ...]
        var getter = cursor.GetGetter<VBuffer<T>>(column);
        VBuffer<T> buffer = default;
        var filled = 0;
        while (cursor.MoveNext())
        {
            getter(ref buffer);
            buffer.CopyTo(pixels.AsSpan(filled * length, length));
            if (++filled == batchSize)
            {
                cancellation.ThrowIfCancellationRequested();
                Run(pixels, filled, length, take);
                filled = 0;
            }
        }

        if (filled > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Run(pixels, filled, length, take);
        }
    }

    private void Run<T>(T[] pixels, int count, int length, Action<ReadOnlySpan<float>> take)
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
            take(values.Slice(row * perRow, perRow));
        }
    }
}
