using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

public sealed class LoadImagesFromTableTests : IDisposable
{
    private static readonly ImageTableOptions Options = new() { Preparation = new ImagePreparation([8, 8]), PatientPseudonym = identifier => $"<{identifier}>" };

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(seed: 1);

    public LoadImagesFromTableTests()
    {
        for (var i = 0; i < 4; i++)
        {
            _folder.WriteImage($"images/{i}{PlainImageFile.Suffix}", ImageFiles.Image(i, 40 * i));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_are_those_of_the_table_with_patient_and_split()
    {
        var absolute = _folder.PathOf("images/3.plainimage");
        var table = Table($""""
            fold,"person, pseudonymised",file,class
            train,P 1,images/2.plainimage,"a ""b"" c"
            test,P 2,images\0.plainimage,c
            train,P 1,"{absolute}",c

            """");
        var options = Options with { PathHeader = "file", LabelHeader = "class", PatientHeader = "person, pseudonymised", SplitHeader = "fold" };
        var data = _mlContext.Data.LoadImagesFromTable(table, options, out var report);
        Assert.Equal(["Image", "ImagePath", "Label", "Patient", "Split"], data.Schema.Select(column => column.Name).Order());
        Assert.Equal(["a \"b\" c", "c", "c"], data.GetColumn<string>("Label"));
        Assert.Equal(["<P 1>", "<P 2>", "<P 1>"], data.GetColumn<string>("Patient"));
        Assert.Equal(["train", "test", "train"], data.GetColumn<string>("Split"));
        Assert.Equal(new[] { 2, 0, 3 }.Select(i => _folder.PathOf($"images/{i}.plainimage")), data.GetColumn<string>("ImagePath"));
        Assert.Equal(data.GetColumn<string>("ImagePath").Select(path => Options.Preparation.Load(path)), data.GetColumn<float[]>("Image"));
        Assert.Equal(3, report.Loaded);
    }

    [Fact]
    public void Patients_are_hashed_unless_told_otherwise()
    {
        var table = Table("path,label,patient\nimages/0.plainimage,a,Jane\nimages/1.plainimage,a,John\nimages/2.plainimage,b,Jane\n");
        var data = _mlContext.Data.LoadImagesFromTable(table, new ImageTableOptions { Preparation = Options.Preparation, PatientHeader = "patient" });
        var patients = data.GetColumn<string>("Patient").ToArray();
        Assert.Equal(patients[0], patients[2]);
        Assert.NotEqual(patients[0], patients[1]);
        Assert.All(patients, patient => Assert.Matches("^[0-9a-f]{16}$", patient));

        // Equal within the process, so that two views can be compared.
        Assert.Equal(patients, _mlContext.Data.LoadImagesFromTable(table, new ImageTableOptions { Preparation = Options.Preparation, PatientHeader = "patient" }).GetColumn<string>("Patient"));
    }

    [Fact]
    public void Columns_that_are_not_asked_for_do_not_come()
    {
        var data = _mlContext.Data.LoadImagesFromTable(Table("path,label,patient,split\nimages/0.plainimage,a,p,s\n"), Options);
        Assert.Equal(["Image", "ImagePath", "Label"], data.Schema.Select(column => column.Name).Order());
    }

    [Theory]
    [InlineData("", null, "the table is empty")]
    [InlineData("path,label\n", null, "a header and no row")]
    [InlineData("file,label\na,b\n", 1, "no column 'path'; the columns are 'file', 'label'")]
    [InlineData("path,path,label\na,b,c\n", 1, "2 columns 'path'")]
    [InlineData("path,label\n\nimages/0.plainimage,\n", 3, "column 'label' is empty")]
    [InlineData("path,label\n ,a\n", 2, "column 'path' is empty")]
    [InlineData("path,label\nimages/0.plainimage,a\nimages/../images/0.plainimage,b\n", 3, "listed twice, first on line 2")]
    [InlineData("path,label\nimages/0.plainimage,a\nimages/9.plainimage,b\n", 3, "9.plainimage' does not exist")]
    [InlineData("path,label\na\0b,b\n", 2, "the character 0")]
    public void Faults_of_the_table_are_reported_with_their_line(string text, int? line, string problem)
    {
        var error = Assert.Throws<ImageTableException>(() => _mlContext.Data.LoadImagesFromTable(Table(text), Options));
        Assert.Equal(line, error.Line);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("table.csv", error.TablePath, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_image_can_be_skipped()
    {
        var table = Table("path,label\nimages/0.plainimage,a\nimages/9.plainimage,b\nimages/1.plainimage,b\n");
        var data = _mlContext.Data.LoadImagesFromTable(table, Options with { OnUnreadable = UnreadableImages.Skip, PositiveClassName = "b" }, out var report);
        Assert.Equal([false, true], data.GetColumn<bool>("Label"));
        Assert.Contains("line 3", Assert.Single(report.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Impossible_arguments_are_refused()
    {
        Assert.Throws<FileNotFoundException>(() => _mlContext.Data.LoadImagesFromTable(_folder.PathOf("none.csv"), Options));
        Assert.Throws<ArgumentNullException>(() => _mlContext.Data.LoadImagesFromTable("table.csv", null!));
        Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadImagesFromTable("table.csv", Options with { PathHeader = " " }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _mlContext.Data.LoadImagesFromTable("table.csv", Options with { Separator = '\n' }));
        Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadImagesFromTable("table.csv", Options with { SplitHeader = "split", SplitColumnName = "Label" }));
    }

    private string Table(string text) => _folder.Write("table.csv", Encoding.UTF8.GetBytes(text));
}
