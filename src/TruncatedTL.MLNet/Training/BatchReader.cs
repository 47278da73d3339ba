using System.Collections.Concurrent;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Assembles batches in managed memory, one batch ahead on a thread of its own, which may also prepare them further. What it produces does not depend on timing.
/// </summary>
internal sealed class BatchReader
{
    private readonly ImageStore _images;
    private readonly ReadOnlyMemory<int> _rows;
    private readonly TrainingSet? _labelled;
    private readonly TargetEncoder? _encoder;
    private readonly double _mixupAlpha;
    private readonly int _seed;

    /// <summary>Creates a reader of labelled images.</summary>
    /// <param name="set">The images.</param>
    /// <param name="encoder">Encodes labels.</param>
    /// <param name="mixupAlpha">See <see cref="AugmentationOptions.MixupAlpha"/>.</param>
    /// <param name="seed">Seed of all random numbers.</param>
    public BatchReader(TrainingSet set, TargetEncoder encoder, double mixupAlpha, int seed)
        : this(set.Images, set.Rows)
    {
        _labelled = set;
        _encoder = encoder;
        _mixupAlpha = mixupAlpha;
        _seed = seed;
    }

    /// <summary>Creates a reader of images alone.</summary>
    /// <param name="images">The store.</param>
    /// <param name="rows">Rows of the store; draws are positions in this list.</param>
    public BatchReader(ImageStore images, ReadOnlyMemory<int> rows)
    {
        _images = images;
        _rows = rows;
    }

    /// <summary>Reads the batches of an epoch. A batch is valid until the next one is asked for.</summary>
    /// <param name="draws">The images in order.</param>
    /// <param name="batchSizes">How they are divided.</param>
    /// <param name="epoch">The epoch, on which random numbers depend.</param>
    /// <param name="withImages">False leaves the pixels out, for a caller that has features of the images.</param>
    /// <param name="prepare">
    /// Called on the reader's thread with each batch that is complete. Tensors that it makes it also disposes of: scopes belong to threads. It never runs while the
    /// caller works on a batch with the same <see cref="HostBatch.Slot"/>.
    /// </param>
    public IEnumerable<HostBatch> Read(Draw[] draws, IReadOnlyList<int> batchSizes, int epoch, bool withImages = true, Action<HostBatch>? prepare = null)
    {
        using var stop = new CancellationTokenSource();
        using var empty = new BlockingCollection<HostBatch> { new(slot: 0), new(slot: 1) };
        using var full = new BlockingCollection<HostBatch>();

        // A thread of its own: libtorch keeps a team of threads for each thread that computes, and gives a fresh one the number of threads that holds now.
        var producer = Task.Factory.StartNew(
            () => Produce(draws, batchSizes, epoch, withImages, prepare, empty, full, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            for (var i = 0; i < batchSizes.Count; i++)
            {
                if (!full.TryTake(out var batch, Timeout.Infinite))
                {
                    producer.GetAwaiter().GetResult();
                    throw new InvalidOperationException("The batches ended early.");
                }

                yield return batch;
                empty.Add(batch);
            }
        }
        finally
        {
            // A reader that stops early must not leave a thread behind that reads the store; its error has no listener then.
            stop.Cancel();
            Task.WaitAny(producer);
        }
    }

    private void Produce(
        Draw[] draws,
        IReadOnlyList<int> batchSizes,
        int epoch,
        bool withImages,
        Action<HostBatch>? prepare,
        BlockingCollection<HostBatch> empty,
        BlockingCollection<HostBatch> full,
        CancellationToken stop)
    {
        try
        {
            var start = 0;
            foreach (var size in batchSizes)
            {
                var batch = empty.Take(stop);
                Fill(batch, draws.AsSpan(start, size), epoch, withImages);
                prepare?.Invoke(batch);
                full.Add(batch, stop);
                start += size;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            full.CompleteAdding();
        }
    }

    private void Fill(HostBatch batch, ReadOnlySpan<Draw> draws, int epoch, bool withImages)
    {
        var isMixed = _mixupAlpha > 0;
        batch.Count = draws.Length;
        batch.ImageCount = isMixed ? 2 * draws.Length : draws.Length;
        batch.TargetSum = 0;
        batch.Streams = AtLeast(batch.Streams, batch.ImageCount);
        if (_encoder is not null)
        {
            batch.Labels = AtLeast(batch.Labels, draws.Length * _labelled!.LabelsPerImage);
            batch.Targets = AtLeast(batch.Targets, draws.Length * _encoder.TargetCount);
            batch.MixingShares = AtLeast(batch.MixingShares, isMixed ? draws.Length : 0);
            Array.Clear(batch.Targets);
        }

        for (var i = 0; i < draws.Length; i++)
        {
            if (withImages)
            {
                CopyImage(batch, i, draws[i].Index);
            }

            batch.Streams[i] = RandomStream.For(_seed, RandomPurpose.Augmentation, epoch, draws[i].Index, draws[i].Repetition);
            if (isMixed)
            {
                Mix(batch, i, draws[i], epoch);
            }
            else if (_labelled is not null)
            {
                CopyLabels(batch, i, draws[i].Index);
                AddTarget(batch, i, draws[i].Index, share: 1);
            }
        }
    }

    // The partner is any image of the training set, not one of the batch: a blend does not depend on the batch size.
    private void Mix(HostBatch batch, int position, Draw draw, int epoch)
    {
        var random = RandomStream.For(_seed, RandomPurpose.Mixup, epoch, draw.Index, draw.Repetition);
        var share = random.SymmetricBeta(_mixupAlpha);
        var partner = random.NextInt32(_rows.Length);
        CopyImage(batch, batch.Count + position, partner);
        batch.Streams[batch.Count + position] = RandomStream.For(_seed, RandomPurpose.MixupPartner, epoch, draw.Index, draw.Repetition);
        batch.MixingShares[position] = (float)share;
        CopyLabels(batch, position, share >= 0.5 ? draw.Index : partner);
        AddTarget(batch, position, draw.Index, share);
        AddTarget(batch, position, partner, 1 - share);
    }

    private void CopyLabels(HostBatch batch, int position, int index)
    {
        var labels = _labelled!.LabelsOf(index);
        for (var i = 0; i < labels.Length; i++)
        {
            batch.Labels[(position * labels.Length) + i] = labels[i];
        }
    }

    private void AddTarget(HostBatch batch, int position, int index, double share)
    {
        var row = batch.Targets.AsSpan(position * _encoder!.TargetCount, _encoder.TargetCount);
        batch.TargetSum += _encoder.Add(row, _labelled!, index, share);
    }

    private void CopyImage(HostBatch batch, int position, int index)
    {
        var length = _images.ImageLength;
        var total = checked(batch.ImageCount * length);
        var row = _rows.Span[index];
        if (_images.ElementType == ImageElementType.Byte)
        {
            batch.Bytes = AtLeast(batch.Bytes, total);
            _images.CopyTo(row, batch.Bytes.AsSpan(position * length, length));
        }
        else
        {
            batch.Singles = AtLeast(batch.Singles, total);
            _images.CopyTo(row, batch.Singles.AsSpan(position * length, length));
        }
    }

    private static T[] AtLeast<T>(T[] array, int length) => array.Length >= length ? array : new T[length];
}
