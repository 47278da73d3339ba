using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class BatchReaderTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batches_HoldImagesLabelsAndTargets_InTheOrderOfTheDraws(bool isByte)
    {
        var set = Set(7, isByte);
        var reader = new BatchReader(set, new TargetEncoder([1, 2, 4], 0), mixupAlpha: 0, seed: 1);
        var draws = EpochSampler.Shuffled(7, seed: 3, epoch: 1);
        var position = 0;

        foreach (var batch in reader.Read(draws, [3, 2, 2], epoch: 1))
        {
            Assert.Equal(position == 0 ? 3 : 2, batch.Count);
            var sum = 0f;
            for (var i = 0; i < batch.Count; i++, position++)
            {
                var index = draws[position].Index;
                Assert.Equal(isByte ? index : index + 0.5f, isByte ? batch.Bytes[2 * i] : batch.Singles[2 * i]);
                Assert.Equal(index % 3, batch.Labels[i]);
                float[] expected = [index % 3 == 0 ? 1 : 0, index % 3 == 1 ? 2 : 0, index % 3 == 2 ? 4 : 0];
                Assert.Equal(expected, batch.Targets.AsSpan(3 * i, 3).ToArray());
                sum += expected.Sum();
            }

            Assert.Equal(sum, batch.TargetSum);
        }

        Assert.Equal(7, position);
    }

    [Fact]
    public void Mixup_TargetsSumToOne_AndBlendTwoLabels()
    {
        var reader = new BatchReader(Set(30, isByte: true), new TargetEncoder([1, 1, 1], 0.1), mixupAlpha: 0.4, seed: 1);
        var isBlended = 0;
        foreach (var batch in reader.Read(EpochSampler.InOrder(30), [15, 15], epoch: 1))
        {
            Assert.Equal(2 * batch.Count, batch.ImageCount);
            Assert.Equal(batch.Count, batch.TargetSum, 6);
            for (var i = 0; i < batch.Count; i++)
            {
                var row = batch.Targets.AsSpan(3 * i, 3).ToArray();
                Assert.Equal(1, row.Sum(), 5);
                Assert.Equal(row.Max(), row[batch.Labels[i]]);
                // The two images of the blend tell which labels they have.
                var labels = new[] { batch.Bytes[2 * i] % 3, batch.Bytes[2 * (batch.Count + i)] % 3 };
                var share = batch.MixingShares[i];
                Assert.InRange(share, 0, 1);
                for (var c = 0; c < 3; c++)
                {
                    var expected = 0.1 / 3 + 0.9 * ((labels[0] == c ? share : 0) + (labels[1] == c ? 1 - share : 0));
                    Assert.Equal(expected, row[c], 5);
                }

                isBlended += labels[0] != labels[1] ? 1 : 0;
            }
        }

        Assert.InRange(isBlended, 10, 29);
    }

    [Fact]
    public void WhatIsReadOfAnImage_DoesNotDependOnTheBatchSize()
    {
        var reader = new BatchReader(Set(12, isByte: true), new TargetEncoder([1, 1, 1], 0), mixupAlpha: 1, seed: 1);

        Assert.Equal(Read([12]), Read([5, 4, 3]));

        List<(float, byte, byte, double)> Read(int[] sizes)
        {
            var result = new List<(float, byte, byte, double)>();
            foreach (var batch in reader.Read(EpochSampler.Shuffled(12, 1, 1), sizes, epoch: 1))
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    result.Add((batch.MixingShares[i], batch.Bytes[2 * i], batch.Bytes[2 * (batch.Count + i)], batch.Streams[batch.Count + i].NextDouble()));
                }
            }

            return result;
        }
    }

    [Fact]
    public void ReadingCanStopEarly()
    {
        var reader = new BatchReader(Set(30, isByte: true).Images, Enumerable.Range(0, 30).ToArray());

        foreach (var batch in reader.Read(EpochSampler.InOrder(30), [10, 10, 10], epoch: 1))
        {
            Assert.Equal(10, batch.Count);
            break;
        }
    }

    [Fact]
    public void AnErrorInTheBackground_ReachesTheReader()
    {
        var reader = new BatchReader(Set(3, isByte: true).Images, new[] { 0, 1, 99 });

        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            foreach (var batch in reader.Read(EpochSampler.InOrder(3), [2, 1], epoch: 1))
            {
                Assert.Equal(2, batch.Count);
            }
        });
    }

    private static TrainingSet Set(int count, bool isByte)
    {
        var images = new ImageStore(1, 1, 2);
        for (var i = 0; i < count; i++)
        {
            images.Append([isByte ? i : i + 0.5f, 0]);
        }

        return new TrainingSet(images, Enumerable.Range(0, count).Select(i => i % 3).ToArray(), Names);
    }
}
