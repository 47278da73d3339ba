using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

public sealed class DicomSeriesTests
{
    private const string PatientId = "SECRET-PATIENT-77";
    private const string SeriesUid = "1.2.3.4.5.678";

    [SkippableFact]
    public void A_real_series_is_one_volume()
    {
        var volume = DicomSeries.ReadVolume(SharedSeries());
        Assert.Equal([17, 128, 88], volume.SpatialShape);
        Assert.Equal([2, 2, 2], volume.SpacingMillimetres!.Select(spacing => Math.Round(spacing, 6)));

        // The files are numbered from foot to head, so that slice i is file i + 1.
        var rows = ExpectedDicom.All().Where(row => row.File.StartsWith("ct_series/", StringComparison.Ordinal)).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.Equal(rows[i].Number("modality_mean"), volume.Values.AsSpan(i * 128 * 88, 128 * 88).ToArray().Average(value => (double)value), 5e-4);
        }
    }

    [SkippableFact]
    public void A_real_series_without_a_slice_or_with_one_twice_is_refused()
    {
        var files = Directory.GetFiles(SharedSeries()).Order(StringComparer.Ordinal).ToArray();
        for (var missing = 1; missing < files.Length - 1; missing++)
        {
            var series = Assert.Single(DicomSeries.FromFiles(files.Where((_, i) => i != missing)));
            var exception = Assert.Throws<DicomSeriesException>(() => series.ReadVolume());
            Assert.Contains("a slice is missing", exception.Problem, StringComparison.Ordinal);
            Assert.Contains("4 mm", exception.Problem, StringComparison.Ordinal);
        }

        using var folder = new TemporaryFolder();
        File.Copy(files[3], folder.PathOf("again.dcm"));
        var twice = Assert.Single(DicomSeries.FromFiles([.. files, folder.PathOf("again.dcm")]));
        Assert.Contains("one slice at a position", Assert.Throws<DicomSeriesException>(() => twice.ReadVolume()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_are_sorted_by_position_and_not_by_name()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a", 30, instance: 1);
        Write(folder, "b.dcm", 10, instance: 2);
        Write(folder, "c", 20, instance: 3);
        folder.Write("notes.txt", "not an image"u8.ToArray());
        folder.Write(".hidden", Slice(40, 9).ToArray());

        var series = Assert.Single(DicomSeries.Open(folder.FullName));
        Assert.Equal(PatientId, series.Origin.PatientId);
        Assert.Equal(3, series.Files.Count);
        var volume = series.ReadVolume();
        Assert.Equal([3, 2, 2], volume.SpatialShape);
        Assert.Equal([10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33], volume.Values);
        Assert.Equal([10, 0.5, 0.25], volume.SpacingMillimetres);
        Assert.Equal(SeriesUid, volume.Origin!.SeriesUid);
    }

    [Fact]
    public void Slices_are_sorted_along_the_normal_of_an_oblique_plane()
    {
        using var folder = new TemporaryFolder();
        double[] orientation = [0, Math.Sqrt(0.5), Math.Sqrt(0.5), 1, 0, 0];
        // The normal of this plane is (0, 0.707, -0.707).
        for (var i = 0; i < 4; i++)
        {
            Write(folder, $"{i}.dcm", i, change: slice => slice.Numbers(0x0020_0037, orientation).Numbers(0x0020_0032, 0, -2 * i, 2 * i));
        }

        var volume = DicomSeries.ReadVolume(folder.FullName);
        Assert.Equal([3, 2, 1, 0], volume.Values.Chunk(4).Select(slice => (int)slice[0]));
        Assert.Equal(2 * Math.Sqrt(2), volume.SpacingMillimetres![0], 1e-9);
    }

    [Fact]
    public void Rounded_positions_are_one_volume_and_uneven_ones_are_not()
    {
        using var folder = new TemporaryFolder();
        var i = 0;
        foreach (var position in (double[])[0, 0.7, 1.3, 2.0, 2.7])
        {
            Write(folder, $"{i++}.dcm", position);
        }

        Assert.Equal(0.675, DicomSeries.ReadVolume(folder.FullName).SpacingMillimetres![0], 1e-9);
        Write(folder, "uneven.dcm", 2.7 + 0.95);
        Assert.Contains("not evenly spaced", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_of_a_tilted_gantry_are_stacked_and_one_beside_the_line_is_refused()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 5; i++)
        {
            Write(folder, $"{i}.dcm", i, change: slice => slice.Numbers(0x0020_0032, 0, 3 * i, 2 * i));
        }

        Assert.Equal(2, DicomSeries.ReadVolume(folder.FullName).SpacingMillimetres![0], 1e-9);
        Write(folder, "3.dcm", 3, change: slice => slice.Numbers(0x0020_0032, 4, 9, 6));
        Assert.Contains("sideways", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_file()
    {
        (string Reason, Action<DicomWriter> Change)[] cases =
        [
            ("pixels against", slice => slice.Image(2, 1, 16, "MONOCHROME2")),
            ("photometric", slice => slice.Text(0x0028_0004, "CS", "MONOCHROME1")),
            ("patient or study", slice => slice.Text(0x0010_0020, "LO", "OTHER")),
            ("orientation", slice => slice.Numbers(0x0020_0037, 0, 1, 0, 0, 0, 1)),
            ("orientation", slice => slice.Remove(0x0020_0037)),
            ("pixel spacing", slice => slice.Numbers(0x0028_0030, 0.5, 0.5)),
            ("has a position", slice => slice.Remove(0x0020_0032)),
            ("one slice at a position", slice => slice.Numbers(0x0020_0032, 0, 0, 1)),
            ("is missing", slice => slice.Numbers(0x0020_0032, 0, 0, 3)),
            ("2 frames", slice => slice.Text(0x0028_0008, "IS", "2")),
        ];
        foreach (var (reason, change) in cases)
        {
            using var folder = new TemporaryFolder();
            Write(folder, "0.dcm", 0);
            Write(folder, "1.dcm", 1);
            Write(folder, "2.dcm", 2, change: change);
            var exception = Assert.Throws<DicomSeriesException>(() => DicomSeries.ReadVolume(folder.FullName));
            Assert.Contains(reason, exception.Problem, StringComparison.Ordinal);
            Assert.StartsWith(folder.FullName, exception.FilePath, StringComparison.Ordinal);
            Assert.DoesNotContain(PatientId, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(SeriesUid, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Several_series_are_counted_but_not_named_and_one_can_be_chosen()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a0", 0);
        Write(folder, "a1", 1);
        Write(folder, "b0", 7, change: slice => slice.Text(0x0020_000E, "UI", "1.2.9"));

        Assert.Equal([SeriesUid, "1.2.9"], DicomSeries.Open(folder.FullName).Select(series => series.Origin.SeriesUid));
        var problem = Refused(folder);
        Assert.Contains("2 series", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("1.2.9", problem, StringComparison.Ordinal);
        Assert.Equal([1, 2, 2], DicomSeries.ReadVolume(folder.FullName, "1.2.9").SpatialShape);
        Assert.Equal([2, 2, 2], DicomSeries.ReadVolume(folder.FullName, SeriesUid).SpatialShape);
        Assert.Throws<DicomSeriesException>(() => DicomSeries.ReadVolume(folder.FullName, "1.2.10"));
    }

    [Fact]
    public void Without_positions_locations_and_then_numbers_give_the_order()
    {
        using var folder = new TemporaryFolder();
        foreach (var i in (int[])[0, 1, 2])
        {
            Write(folder, $"{i}.dcm", i, change: slice => slice.Remove(0x0020_0032).Numbers(0x0020_1041, -3 * i));
        }

        var byLocation = DicomSeries.ReadVolume(folder.FullName);
        Assert.Equal([2, 1, 0], byLocation.Values.Chunk(4).Select(slice => (int)slice[0]));
        Assert.Equal(3, byLocation.SpacingMillimetres![0]);

        foreach (var i in (int[])[0, 1, 2])
        {
            Write(folder, $"{i}.dcm", i, instance: 3 - i, change: slice => slice.Remove(0x0020_0032));
        }

        var byNumber = DicomSeries.ReadVolume(folder.FullName);
        Assert.Equal([2, 1, 0], byNumber.Values.Chunk(4).Select(slice => (int)slice[0]));
        Assert.Null(byNumber.SpacingMillimetres);

        Write(folder, "0.dcm", 0, instance: 4, change: slice => slice.Remove(0x0020_0032));
        Assert.Contains("a slice is missing", Refused(folder), StringComparison.Ordinal);
        Write(folder, "0.dcm", 0, instance: 2, change: slice => slice.Remove(0x0020_0032));
        Assert.Contains("same instance number", Refused(folder), StringComparison.Ordinal);
        Write(folder, "0.dcm", 0, change: slice => slice.Remove(0x0020_0032).Remove(0x0020_0013));
        Assert.Contains("place in the volume is unknown", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_an_error_and_a_report_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "0.dcm", 0);
        folder.Write("report.dcm", new DicomWriter().Text(0x0008_0060, "CS", "SR").Text(0x0010_0020, "LO", PatientId).ToArray());
        Assert.Equal([1, 2, 2], DicomSeries.ReadVolume(folder.FullName).SpatialShape);

        var whole = Slice(1, 1).ToArray();
        var path = folder.Write("1.dcm", whole[..^3]);
        Assert.Equal(path, Assert.Throws<ImageFormatException>(() => DicomSeries.ReadVolume(folder.FullName)).FilePath);
        folder.Write("1.dcm", whole[..200]);
        Assert.Equal(path, Assert.Throws<ImageFormatException>(() => DicomSeries.Open(folder.FullName)).FilePath);
        folder.Write("1.dcm", []);
        Assert.Equal(path, Assert.Throws<ImageFormatException>(() => DicomSeries.Open(folder.FullName)).FilePath);
    }

    [Fact]
    public void A_header_longer_than_the_first_read_is_read_whole()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "0.dcm", 5, change: slice => slice.Bytes(0x0009_1010, "OB", new byte[300_000]));
        var volume = DicomSeries.ReadVolume(folder.FullName);
        Assert.Equal([5, 6, 7, 8], volume.Values);
    }

    [Fact]
    public void One_file_of_several_frames_is_the_volume()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cine.dcm", DicomWriter.Grey(1, 2, 1, 2, 3, 4, 5, 6).Text(0x0028_0008, "IS", "3").ToArray());
        Assert.Equal([3, 1, 2], DicomSeries.ReadVolume(folder.FullName).SpatialShape);
        Assert.Equal([3, 4], DicomSeries.ReadVolume(folder.FullName, options: new ImageReadOptions { Frame = 1 }).Values);
    }

    [Fact]
    public void Wrong_folders_and_limits()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no DICOM image", Refused(folder), StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => DicomSeries.Open(folder.PathOf("absent")));
        Write(folder, "0.dcm", 0);
        Write(folder, "1.dcm", 1);
        Assert.Throws<ImageFormatException>(() => DicomSeries.ReadVolume(folder.FullName, options: new ImageReadOptions { MaxValues = 7 }));
        Assert.Equal(8, DicomSeries.ReadVolume(folder.FullName, options: new ImageReadOptions { MaxValues = 8 }).Values.Length);
    }

    private static string SharedSeries() => Path.GetDirectoryName(ExpectedDicom.PathOf("ct_series/tests__image_data__dicom__IMG0001.dcm"))!;

    private static string Refused(TemporaryFolder folder) => Assert.Throws<DicomSeriesException>(() => DicomSeries.ReadVolume(folder.FullName)).Problem;

    private static void Write(TemporaryFolder folder, string name, double z, int instance = 1, Action<DicomWriter>? change = null)
    {
        var slice = Slice(z, instance);
        change?.Invoke(slice);
        folder.Write(name, slice.ToArray());
    }

    private static DicomWriter Slice(double z, int instance) => DicomWriter.Grey(2, 2, (short)z, (short)(z + 1), (short)(z + 2), (short)(z + 3))
        .Text(0x0010_0020, "LO", PatientId).Text(0x0020_000D, "UI", "1.2.3").Text(0x0020_000E, "UI", SeriesUid)
        .Text(0x0020_0013, "IS", instance.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .Numbers(0x0020_0032, 0, 0, z).Numbers(0x0020_0037, 1, 0, 0, 0, 1, 0).Numbers(0x0028_0030, 0.5, 0.25);
}
