namespace TruncatedTL.MLNet.Training;

/// <summary>An image drawn in an epoch.</summary>
/// <param name="Index">Position of the image in the training set.</param>
/// <param name="Repetition">How often the epoch has drawn it before; repeated images get other augmentations.</param>
internal readonly record struct Draw(int Index, int Repetition);

/// <summary>Which images an epoch draws in which order, and how they are divided into batches.</summary>
internal static class EpochSampler
{
    /// <summary>All images once, in the order of the set.</summary>
    public static Draw[] InOrder(int count)
    {
        var draws = new Draw[count];
        for (var i = 0; i < count; i++)
        {
            draws[i] = new Draw(i, 0);
        }

        return draws;
    }

    /// <summary>All images once, in an order that depends on seed and epoch.</summary>
    public static Draw[] Shuffled(int count, int seed, int epoch)
    {
        var draws = InOrder(count);
        RandomStream.For(seed, RandomPurpose.Order, epoch).Shuffle<Draw>(draws);
        return draws;
    }

    /// <summary>
    /// As many draws as there are images, equally many of each class that has images (to within one), in an order that depends on
    /// seed and epoch. Within a class no image is drawn a second time before all were drawn once.
    /// </summary>
    public static Draw[] Balanced(ReadOnlySpan<int> labels, int classCount, int seed, int epoch)
    {
        var members = new List<int>[classCount];
        for (var c = 0; c < classCount; c++)
        {
            members[c] = [];
        }

        for (var i = 0; i < labels.Length; i++)
        {
            members[labels[i]].Add(i);
        }

        var present = Enumerable.Range(0, classCount).Where(c => members[c].Count > 0).ToArray();
        var draws = new List<Draw>(labels.Length);
        for (var k = 0; k < present.Length; k++)
        {
            // The remainder moves on with the epochs, so that in the long run all classes are drawn equally often.
            var share = labels.Length / present.Length + ((k + epoch) % present.Length < labels.Length % present.Length ? 1 : 0);
            var order = members[present[k]].ToArray();
            RandomStream.For(seed, RandomPurpose.Sampling, epoch, present[k]).Shuffle(order);
            for (var i = 0; i < share; i++)
            {
                draws.Add(new Draw(order[i % order.Length], i / order.Length));
            }
        }

        var result = draws.ToArray();
        RandomStream.For(seed, RandomPurpose.Order, epoch).Shuffle<Draw>(result);
        return result;
    }

    /// <summary>
    /// Sizes of the batches of an epoch: as few batches as possible, whose sizes differ by at most one, so that no short batch is
    /// left over. For training no batch has a single image where that can be avoided (then a batch is one larger than asked),
    /// because batch normalisation has no variance for it.
    /// </summary>
    /// <param name="count">Images in the epoch.</param>
    /// <param name="batchSize">Largest size asked for.</param>
    /// <param name="avoidSingles">True for training.</param>
    public static int[] BatchSizes(int count, int batchSize, bool avoidSingles)
    {
        var batches = (count + batchSize - 1) / batchSize;
        if (avoidSingles && batches > 1 && batchSize > 1 && count / batches < 2)
        {
            batches--;
        }

        var sizes = new int[batches];
        for (var i = 0; i < batches; i++)
        {
            sizes[i] = count / batches + (i < count % batches ? 1 : 0);
        }

        return sizes;
    }
}
