using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Splitting;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Splitting;

public sealed class LeakCheckTests
{
    [Fact]
    public void Shared_patients_are_named_with_the_parts_that_share_them()
    {
        var error = Assert.Throws<DataLeakageException>(() => LeakCheck.RequireNoSharedGroups(
            ("train", ["a", "b", "c", "a"]), ("validation", ["d", " b "]), ("test", ["c", "a", "e"])));
        Assert.Equal(
            [new("b", "train", "validation"), new("a", "train", "test"), new("c", "train", "test")],
            error.SharedGroups);
        Assert.Contains("1 between train and validation: 'b'", error.Message);
        Assert.Contains("2 between train and test: 'a', 'c'", error.Message);
        Assert.IsAssignableFrom<ImageDataException>(error);
    }

    [Fact]
    public void Ten_patients_are_named_and_all_are_counted()
    {
        string[] patients = [.. Enumerable.Range(100, 40).Select(i => $"p{i}")];
        var error = Assert.Throws<DataLeakageException>(() => LeakCheck.RequireNoSharedGroups(("train", patients), ("test", patients), ("more", patients)));
        Assert.Equal(120, error.SharedGroups.Count);
        Assert.Equal(10, error.Message.Split("'p").Length - 1);
        Assert.Contains("40 between train and test", error.Message);
        Assert.Contains("and 30 more", error.Message);
        Assert.Contains("40 between test and more", error.Message);
    }

    [Fact]
    public void Clean_parts_pass_and_rows_without_patient_do_not()
    {
        LeakCheck.RequireNoSharedGroups(("train", ["a"]), ("test", ["b", "A"]));
        Assert.Contains("Row 1", Assert.Throws<ImageDataException>(() => LeakCheck.FindSharedGroups(("train", ["a", null]), ("test", ["b"]))).Message);
        Assert.Throws<ArgumentException>(() => new DataLeakageException([]));
    }
}
