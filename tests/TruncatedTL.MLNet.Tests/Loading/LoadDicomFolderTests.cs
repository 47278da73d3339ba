using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Imaging.Dicom;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

public sealed class LoadDicomFolderTests : IDisposable
{
    private static readonly DicomLoadOptions Options = new() { Preparation = new ImagePreparation([8, 8]), PatientPseudonym = identifier => $"<{identifier}>" };

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_at_any_depth_are_rows_with_class_folder_and_patient()
    {
        Write("sick/a/deep/1.dcm", "P1", "S1", "R1");
        Write("sick/2.DCM", null, "S2", "R2");
        Write("well/b/3.dicom", "P1", "S3", "R3");
        Write("well/4.dcm", null, null, null);
        _folder.Write("well/notes.txt", "no image"u8.ToArray());
        _folder.Write("well/DICOMDIR", [.. new byte[128], .. "DICM"u8]);
        _folder.Write("well/.hidden/5.dcm", [1]);
        var data = _mlContext.Data.LoadDicomFolder(_folder.FullName, Options, out var report);
        Assert.Equal(4, report.Loaded);
        Assert.Equal(["Image", "ImagePath", "Label", "Patient"], data.Schema.Select(column => column.Name).Order());
        Assert.Equal(["sick", "sick", "well", "well"], data.GetColumn<string>("Label"));
        Assert.Equal(["<S2>", "<P1>", $"<{_folder.PathOf("well/4.dcm")}>", "<P1>"], data.GetColumn<string>("Patient"));
        Assert.Equal(data.GetColumn<string>("ImagePath").Select(path => Options.Preparation.Load(path)), data.GetColumn<float[]>("Image"));
    }

    [Fact]
    public void Files_without_a_suffix_are_known_by_their_mark()
    {
        // No reader of these tests reads the content, but that it is asked shows that the file was found.
        _folder.Write("a/IM0001", [.. new byte[128], .. "DICM"u8, 1, 2, 3]);
        _folder.Write("a/README", new byte[500]);
        var error = Assert.ThrowsAny<ImageDataException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, Options));
        Assert.Contains("IM0001", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DicomLabelKey.Patient, "P1,x\nP2,y\n", "x|y|x")]
    [InlineData(DicomLabelKey.Study, "S1,x\nS2,y\nS3,z\n", "x|y|z")]
    [InlineData(DicomLabelKey.Series, "R1,x\nR2,x\nR3,z\nR4,unused\n", "x|x|z")]
    [InlineData(DicomLabelKey.File, "1.dcm,x\nsub\\2.dcm,y\nsub/3.dcm,z\n", "x|y|z")]
    public void Labels_can_come_from_a_table(DicomLabelKey key, string rows, string labels)
    {
        Write("1.dcm", "P1", "S1", "R1");
        Write("sub/2.dcm", "P2", "S2", "R2");
        Write("sub/3.dcm", "P1", "S3", "R3");
        var data = _mlContext.Data.LoadDicomFolder(_folder.FullName, WithTable(rows) with { LabelTableKey = key });
        Assert.Equal(labels.Split('|'), data.GetColumn<string>("Label"));
    }

    [Fact]
    public void Images_that_the_table_does_not_list_fail_or_are_skipped_without_naming_the_patient()
    {
        Write("1.dcm", "Doe^Jane", "S1", "R1");
        Write("2.dcm", "P2", null, "R2");
        Write("3.dcm", "P3", "S3", "R3");
        var options = WithTable("S3,x\n");
        var error = Assert.Throws<ImageTableException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, options));
        Assert.Contains("the study of", error.Message, StringComparison.Ordinal);
        Assert.Contains("1.dcm' is not listed", error.Message, StringComparison.Ordinal);
        var data = _mlContext.Data.LoadDicomFolder(_folder.FullName, options with { OnUnreadable = UnreadableImages.Skip }, out var report);
        Assert.Equal(["x"], data.GetColumn<string>("Label"));
        Assert.Equal(2, report.Skipped.Count);
        Assert.Contains("says no study", report.Skipped[1].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Skipped, skipped => skipped.Reason.Contains("Jane", StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_that_contradicts_itself_is_refused_by_line()
    {
        Write("1.dcm", "P1", "S1", "R1");
        var error = Assert.Throws<ImageTableException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, WithTable("S1,x\nS1,x\nS1,y\n")));
        Assert.Equal(4, error.Line);
        Assert.Contains("another label on line 2", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_series_is_a_row_with_its_volume_in_millimetres()
    {
        var folder = Path.GetDirectoryName(RepositoryFiles.RequireShared("data/dicom/ct_series/tests__image_data__dicom__IMG0001.dcm"))!;
        var series = Assert.Single(DicomSeries.Open(folder));
        var options = new DicomLoadOptions
        {
            Preparation = new ImagePreparation([16, 48, 48]) { SpacingMillimetres = [6, 4, 4], Intensity = ImageIntensity.MagneticResonance },
            Rows = DicomRows.Series,
            LabelTable = _folder.Write("labels.csv", Encoding.UTF8.GetBytes($"key,label\n{series.Origin.SeriesUid},x\n")),
            LabelTableKey = DicomLabelKey.Series,
        };
        var data = _mlContext.Data.LoadDicomFolder(folder, options, out var report);
        Assert.Equal(1, report.Loaded);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 1, 16, 48, 48), data.Schema["Image"].Type);
        var image = data.GetColumn<float[]>("Image").Single();
        Assert.Equal(options.Preparation.Apply(series.ReadVolume()), image);
        Assert.True(image.Max() == 1 && image.Min() == 0 && image.Distinct().Count() > 1000);
        Assert.Equal(["x"], data.GetColumn<string>("Label"));
        Assert.Matches("^[0-9a-f]{16}$", data.GetColumn<string>("Patient").Single());
    }

    [Fact]
    public void A_damaged_header_among_series_fails_or_is_skipped_and_counted()
    {
        WriteSlices("sick/b", series: "1.2.1", slices: 3);
        WriteSlices("well/c", series: "1.2.2", slices: 4);
        var damaged = new[] { _folder.Write("sick/a.dcm", Slice("1.2.3", 0)[..200]), _folder.Write("sick/b/9.dcm", []), _folder.Write("well/z.dcm", "no DICOM at all"u8.ToArray()) };
        var options = Options with { Preparation = new ImagePreparation([4, 2, 2]), Rows = DicomRows.Series };
        Assert.Contains("a.dcm", Assert.ThrowsAny<ImageDataException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, options)).Message, StringComparison.Ordinal);

        var data = _mlContext.Data.LoadDicomFolder(_folder.FullName, options with { OnUnreadable = UnreadableImages.Skip }, out var report);
        Assert.Equal(["sick", "well"], data.GetColumn<string>("Label"));
        Assert.Equal(2, report.Loaded);
        Assert.Equal(damaged, report.Skipped.Select(skipped => skipped.Path));
        Assert.All(report.Skipped, skipped => Assert.Contains(skipped.Path, skipped.Reason, StringComparison.Ordinal));
        Assert.NotEqual(data.GetColumn<float[]>("Image").First(), data.GetColumn<float[]>("Image").Last());
    }

    [Fact]
    public void A_slice_with_a_damaged_header_leaves_a_gap_for_which_its_series_is_skipped()
    {
        WriteSlices("sick/a", series: "1.2.1", slices: 5);
        WriteSlices("well/b", series: "1.2.2", slices: 3);
        _folder.Write("sick/a/2.dcm", Slice("1.2.1", 2)[..200]);
        var options = Options with { Preparation = new ImagePreparation([4, 2, 2]), Rows = DicomRows.Series, OnUnreadable = UnreadableImages.Skip };
        var data = _mlContext.Data.LoadDicomFolder(_folder.FullName, options, out var report);
        Assert.Equal(["well"], data.GetColumn<string>("Label"));
        Assert.Equal([_folder.PathOf("sick/a/0.dcm"), _folder.PathOf("sick/a/2.dcm")], report.Skipped.Select(skipped => skipped.Path));
        Assert.Contains("a slice is missing", report.Skipped[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Series_of_which_none_can_be_read_are_no_data()
    {
        _folder.Write("sick/a.dcm", Slice("1.2.3", 0)[..200]);
        var options = Options with { Preparation = new ImagePreparation([4, 2, 2]), Rows = DicomRows.Series, OnUnreadable = UnreadableImages.Skip };
        Assert.Contains("None of the 1 images", Assert.ThrowsAny<ImageDataException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, options)).Message, StringComparison.Ordinal);

        // A report is DICOM and no image.
        _folder.Write("sick/a.dcm", new DicomWriter().Text(0x0010_0020, "LO", "P1").ToArray());
        Assert.Throws<ImageFolderException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, options));
    }

    [SkippableFact]
    public void Real_files_of_one_image_in_many_encodings_are_rows_and_those_that_cannot_be_read_are_named()
    {
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(RepositoryFiles.RequireShared("data/dicom/ct_transfer_syntaxes/CTImage.dcm")))!;
        var preparation = new ImagePreparation([32, 32]) { Intensity = ImageIntensity.CtSoftTissue };
        var data = _mlContext.Data.LoadDicomFolder(folder, new DicomLoadOptions { Preparation = preparation, OnUnreadable = UnreadableImages.Skip }, out var report);
        Assert.All(report.Skipped, skipped => Assert.Contains(skipped.Path, skipped.Reason, StringComparison.Ordinal));
        Assert.Contains(report.Skipped, skipped => skipped.Path.EndsWith("no-pixel-data.dcm", StringComparison.Ordinal));
        var rows = data.GetColumn<string>("ImagePath").Zip(data.GetColumn<float[]>("Image")).ToDictionary(row => Path.GetFileName(row.First), row => row.Second);
        Assert.Equal(report.Loaded, rows.Count);
        foreach (var syntax in new[] { "LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2", "BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2", "RLELosslessTransferSyntax_1.2.840.10008.1.2.5", "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70" })
        {
            Assert.Equal(rows["CTImage.dcm"], rows[$"CTImage.dcm_{syntax}.dcm"]);
        }
    }

    [Fact]
    public void Impossible_folders_and_options_are_refused()
    {
        Assert.Throws<DirectoryNotFoundException>(() => _mlContext.Data.LoadDicomFolder(_folder.PathOf("none"), Options));
        Assert.Throws<ImageFolderException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, Options));
        Write("1.dcm", "P1", "S1", "R1");
        Assert.Contains("'1.dcm' lies in no class folder", Assert.Throws<ImageFolderException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, Options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, Options with { Rows = (DicomRows)5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _mlContext.Data.LoadDicomFolder(_folder.FullName, WithTable("a,b\n") with { Rows = DicomRows.Series, LabelTableKey = DicomLabelKey.File }));
    }

    private DicomLoadOptions WithTable(string rows) => Options with { LabelTable = _folder.Write("labels.csv", Encoding.UTF8.GetBytes("key,label\n" + rows)) };

    private void WriteSlices(string folder, string series, int slices)
    {
        for (var i = 0; i < slices; i++)
        {
            _folder.Write($"{folder}/{i}.dcm", Slice(series, i));
        }
    }

    private static byte[] Slice(string series, int place) => DicomWriter.Grey(2, 2, (short)(series[^1] * 10), 1, 2, (short)place)
        .Text(0x0010_0020, "LO", "P1").Text(0x0020_000D, "UI", "1.2").Text(0x0020_000E, "UI", series)
        .Numbers(0x0020_0032, 0, 0, place).Numbers(0x0020_0037, 1, 0, 0, 0, 1, 0).Numbers(0x0028_0030, 1, 1).ToArray();

    private void Write(string name, string? patient, string? study, string? series) =>
        _folder.WriteImage(name, ImageFiles.Image(name.Length, origin: new ImageOrigin { PatientId = patient, StudyUid = study, SeriesUid = series }));
}
