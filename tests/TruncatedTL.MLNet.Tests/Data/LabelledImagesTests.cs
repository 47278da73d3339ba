using TruncatedTL.MLNet.Data;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data;

public sealed class LabelledImagesTests
{
    [Fact]
    public void Arguments_are_checked_before_a_derived_class_sees_them()
    {
        var images = new CountingImages(count: 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => images.LabelOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.LabelOf(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.CopyImage(3, new byte[6]));
        Assert.Throws<ArgumentException>(() => images.CopyImage(0, new byte[5]));
        Assert.Throws<ArgumentException>(() => images.CopyImage(0, new float[7]));
        Assert.Equal(0, images.Copies);
    }

    [Fact]
    public void Bytes_are_widened_by_default()
    {
        var values = new float[6];
        new CountingImages(count: 300).CopyImage(255, values);
        Assert.Equal([255f, 0, 1, 2, 3, 4], values);
    }

    [Fact]
    public void A_copy_in_memory_is_equal_and_independent()
    {
        var source = new CountingImages(count: 50);
        var copy = source.ToMemory();
        Assert.Equal(50, source.Copies);
        var values = new byte[6];
        for (var i = 0; i < 50; i++)
        {
            copy.CopyImage(i, values);
            Assert.Equal(Enumerable.Range(i, 6).Select(x => (byte)x), values);
            Assert.Equal(source.LabelOf(i), copy.LabelOf(i));
        }

        Assert.Equal(50, source.Copies);
        Assert.Equal(source.ClassNames, copy.ClassNames);
        Assert.Equal(source.SpatialShape, copy.SpatialShape);
        var singles = new float[6];
        copy.CopyImage(2, singles);
        Assert.Equal([2f, 3, 4, 5, 6, 7], singles);
    }

    [Fact]
    public void An_error_of_the_source_comes_through_a_copy_in_memory_unwrapped()
    {
        var source = new CountingImages(count: 50, failAt: 20);
        Assert.Equal("no. 20", Assert.Throws<ImageDataException>(() => source.ToMemory()).Message);
    }

    [Fact]
    public void Impossible_sets_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountingImages(count: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CountingImages(1, shape: [0, 3]));
        Assert.Throws<ArgumentException>(() => new CountingImages(1, shape: [3]));
        Assert.Throws<ArgumentException>(() => new CountingImages(1, shape: [1, 1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new CountingImages(1, shape: [60000, 60000]));
        Assert.Throws<ArgumentException>(() => new CountingImages(1, classNames: []));
        Assert.Throws<ArgumentException>(() => new CountingImages(1, classNames: ["a", " "]));
        Assert.Throws<ArgumentException>(() => new CountingImages(1, classNames: ["a", "a"]));
        Assert.Throws<InvalidOperationException>(() => new CountingImages(int.MaxValue).ToMemory());
    }

    private sealed class CountingImages(int count, int[]? shape = null, string[]? classNames = null, int failAt = -1)
        : LabelledImages("counting", count, 1, shape ?? [2, 3], hasByteValues: true, classNames ?? ["even", "odd"])
    {
        private int _copies;

        public int Copies => _copies;

        protected override int GetLabel(int index)
        {
            return index % 2;
        }

        protected override void CopyBytes(int index, Span<byte> destination)
        {
            if (index == failAt)
            {
                throw new ImageDataException($"no. {index}");
            }

            Interlocked.Increment(ref _copies);
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = (byte)(index + i);
            }
        }
    }
}
