using System.Globalization;
using TruncatedTL.MLNet.Tests.Support;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>A row of the reference table: what another reader made of a file.</summary>
internal sealed record ExpectedDicom(string File, IReadOnlyDictionary<string, string> Cells)
{
    public string TransferSyntax => Cells["transfer_syntax"];

    /// <summary>False for files that the reference reader could not decode.</summary>
    public bool HasValues => Cells["modality_mean"].Length > 0;

    public double Number(string column) => double.Parse(Cells[column], CultureInfo.InvariantCulture);

    public int Integer(string column) => int.Parse(Cells[column], CultureInfo.InvariantCulture);

    public static string PathOf(string file) => RepositoryFiles.RequireShared(["data", "dicom", .. file.Split('/')]);

    public static IReadOnlyList<ExpectedDicom> All()
    {
        var lines = System.IO.File.ReadAllLines(RepositoryFiles.RequireShared("data", "dicom", "expected.csv"));
        var columns = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => line.Split(',')).Select(cells => new ExpectedDicom(cells[0], columns.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second)))];
    }
}
