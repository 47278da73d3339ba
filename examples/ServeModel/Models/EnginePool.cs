using System.Collections.Concurrent;
using Microsoft.ML;

namespace ServeModel.Models;

/// <summary>A prediction engine serves one thread at a time and takes a while to make: this makes one when none is idle and keeps it.</summary>
/// <param name="create">Makes an engine.</param>
internal sealed class EnginePool<TRow>(Func<PredictionEngine<PixelRow, TRow>> create) : IScorer
    where TRow : ScoredRow, new()
{
    private readonly ConcurrentBag<PredictionEngine<PixelRow, TRow>> _idle = [];

    /// <inheritdoc/>
    public ScoredRow Score(float[] pixels)
    {
        if (!_idle.TryTake(out var engine))
        {
            engine = create();
        }

        try
        {
            return engine.Predict(new PixelRow { Pixels = pixels });
        }
        finally
        {
            _idle.Add(engine);
        }
    }

    /// <summary>Nobody scores any more when this is called.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var engine))
        {
            engine.Dispose();
        }
    }
}
