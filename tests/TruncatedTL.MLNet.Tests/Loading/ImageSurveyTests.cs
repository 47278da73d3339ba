using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

public sealed class ImageSurveyTests
{
    public ImageSurveyTests() => PlainImageFile.Register();

    [Fact]
    public void A_table_is_surveyed_with_its_splits_and_pseudonyms_and_what_cannot_be_read()
    {
        using var folder = new TemporaryFolder();
        folder.WriteImage("a.plainimage", ImageFiles.Image(1, level: 10));
        folder.WriteImage("b.plainimage", ImageFiles.Image(2, level: -500, isByte: false));
        folder.Write("c.plainimage", [1, 2, 3]);
        var table = folder.Write("t.csv", "path,label,who,part\na.plainimage,x,Ann,train\nb.plainimage,y,Ann,test\nc.plainimage,y,Bob,test\n"u8.ToArray());
        var survey = ImageSurvey.OfTable(table, new ImageTableOptions { Preparation = new ImagePreparation([1, 1]), PatientHeader = "who", SplitHeader = "part", PatientPseudonym = name => $"<{name}>" });
        Assert.Equal(["x train <Ann> True", "y test <Ann> False"], survey.Images.Select(image => $"{image.Label} {image.Split} {image.Patient} {image.HasByteValues}"));
        Assert.InRange(survey.Images[0].Minimum, 10, 50);
        Assert.InRange(survey.Images[1].Maximum, -500, -460);
        Assert.Equal([ImageFiles.Height, ImageFiles.Width], survey.Images[0].SpatialShape);
        Assert.EndsWith("c.plainimage", Assert.Single(survey.Unreadable).Path);
    }

    [Fact]
    public void Patients_that_files_name_are_told_apart_but_not_named()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, patient) in new[] { ("1", "Ann"), ("2", "Bob"), ("3", "Ann") })
        {
            folder.WriteImage($"x/{name}.plainimage", ImageFiles.Image(name[0], origin: new ImageOrigin { PatientId = patient }));
        }

        var patients = ImageSurvey.OfFolder(folder.FullName).Images.Select(image => image.Patient!).ToArray();
        Assert.Equal(patients[0], patients[2]);
        Assert.NotEqual(patients[0], patients[1]);
        Assert.All(patients, patient => Assert.DoesNotContain("Ann", patient));
    }

    [Fact]
    public void A_part_of_the_files_is_spread_over_all()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 10; i++)
        {
            folder.WriteImage($"{(i < 5 ? "x" : "y")}/{i}.plainimage", ImageFiles.Image(i));
        }

        Assert.Equal(["0.plainimage", "5.plainimage"], ImageSurvey.OfFolder(folder.FullName, maxImages: 2).Images.Select(image => Path.GetFileName(image.Path)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageSurvey.OfFolder(folder.FullName, maxImages: 0));
    }
}
