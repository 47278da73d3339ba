using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Tests.Estimators;

namespace TruncatedTL.MLNet.Tests.Reliability.Threads;

/// <summary>Many threads that predict with one loaded zip, against one thread.</summary>
internal sealed class ThreadRun : IDisposable
{
    /// <summary>Different images; each has its own expected scores.</summary>
    public const int Images = 64;

    private readonly MLContext _context = new();
    private readonly ITransformer _model;
    private readonly Input[] _inputs;
    private readonly float[][] _expected;

    /// <summary>Loads a zip and predicts all images in one thread.</summary>
    public ThreadRun(string zip)
    {
        _model = _context.Model.Load(zip, out _);
        var random = new Random(1);
        _inputs = [.. Enumerable.Range(0, Images).Select(i => new Input { Image = SyntheticImages.Pixels(i % 3, 1, SyntheticImages.Size, random) })];
        using var engine = Engine();
        _expected = [.. _inputs.Select(input => engine.Predict(input).Score)];
    }

    /// <summary>Milliseconds of each call.</summary>
    public ConcurrentBag<double[]> Milliseconds { get; } = [];

    /// <summary>Trains a small network with three classes and saves its zip.</summary>
    public static void Save(string zip)
    {
        var context = new MLContext(seed: 1);
        var rows = SyntheticImages.View(context, 40, classes: 3);
        using var model = Trainers.Multiclass(context).Fit(rows);
        context.Model.Save(model, rows.Schema, zip);
    }

    /// <summary>Predictions one at a time: each call takes an engine out of a pool and puts it back.</summary>
    /// <returns>Engines that were made; at most as many as threads.</returns>
    /// <exception cref="InvalidOperationException">A score differs from that of a single thread, by a bit.</exception>
    public int PredictFromPool(int threads, int perThread)
    {
        var pool = new ConcurrentBag<PredictionEngine<Input, Output>>();
        var made = 0;
        Run(threads, perThread, i =>
        {
            if (!pool.TryTake(out var engine))
            {
                Interlocked.Increment(ref made);
                engine = Engine();
            }

            var score = engine.Predict(_inputs[i % Images]).Score;
            pool.Add(engine);
            Require(i % Images, score);
        });
        foreach (var engine in pool)
        {
            engine.Dispose();
        }

        return made;
    }

    /// <summary>Batches of all images through the transformer that all threads share.</summary>
    /// <exception cref="InvalidOperationException">A score differs from that of a single thread, by a bit.</exception>
    public void TransformShared(int threads, int batchesPerThread) => Run(threads, batchesPerThread, _ =>
    {
        var row = 0;
        foreach (var score in _model.Transform(_context.Data.LoadFromEnumerable(_inputs)).GetColumn<float[]>("Score"))
        {
            Require(row++, score);
        }
    });

    /// <inheritdoc/>
    public void Dispose() => (_model as IDisposable)?.Dispose();

    private void Run(int threads, int perThread, Action<int> call)
    {
        var failures = new ConcurrentQueue<Exception>();
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            var times = new double[perThread];
            try
            {
                for (var i = 0; i < perThread && failures.IsEmpty; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    call((thread * perThread) + i);
                    times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            }
            catch (Exception error)
            {
                failures.Enqueue(error);
            }

            Milliseconds.Add(times);
        })).ToArray();
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        if (failures.TryPeek(out var first))
        {
            throw new InvalidOperationException(first.Message, first);
        }
    }

    private PredictionEngine<Input, Output> Engine() => _context.Model.CreatePredictionEngine<Input, Output>(_model);

    private void Require(int image, float[] score)
    {
        if (!score.AsSpan().SequenceEqual(_expected[image]))
        {
            throw new InvalidOperationException($"Image {image}: {string.Join(", ", score)} instead of {string.Join(", ", _expected[image])}.");
        }
    }

    private sealed class Input
    {
        [VectorType(1, SyntheticImages.Size, SyntheticImages.Size)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Output
    {
        public float[] Score { get; set; } = [];
    }
}
