using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Tests.Estimators;

namespace TruncatedTL.MLNet.Tests.Splitting;

/// <summary>Small learnable images of patients, with every type of label and group column.</summary>
internal static class PatientRows
{
    public const int RowsPerPatient = 3;

    /// <summary>Rows with "Class" (text), "Positive" (Boolean), "Label" (key), "Patient" (text), "PatientKey", "PatientNumber" (Int64), "Position" and "Image".</summary>
    public static IDataView View(MLContext context, int patients, int classes = 2, Func<int, string>? name = null)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, patients * RowsPerPatient).Select(i =>
        {
            var patient = i / RowsPerPatient;
            return new Row
            {
                Class = SyntheticImages.ClassNames[patient % classes],
                Positive = patient % classes == 1,
                Patient = name?.Invoke(patient) ?? $"patient {patient}",
                PatientNumber = 1_000_000_000_000L + patient,
                Position = i,
                Image = SyntheticImages.Pixels(patient % classes, 1, SyntheticImages.Size, random),
            };
        }).ToArray();
        var view = context.Data.LoadFromEnumerable(rows);
        return context.Transforms.Conversion.MapValueToKey("Label", "Class")
            .Append(context.Transforms.Conversion.MapValueToKey("PatientKey", "Patient"))
            .Fit(view).Transform(view);
    }

    public static HashSet<string> Patients(IDataView view) => [.. view.GetColumn<string>("Patient")];

    public static int[] Positions(IDataView view) => [.. view.GetColumn<int>("Position")];

    internal sealed class Row
    {
        public string Class { get; set; } = string.Empty;

        public bool Positive { get; set; }

        public string Patient { get; set; } = string.Empty;

        public long PatientNumber { get; set; }

        public int Position { get; set; }

        [VectorType(1, SyntheticImages.Size, SyntheticImages.Size)]
        public byte[] Image { get; set; } = [];
    }
}
