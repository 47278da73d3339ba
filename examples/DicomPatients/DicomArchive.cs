using System.Globalization;
using TruncatedTL.MLNet.Data.Formula;

namespace DicomPatients;

/// <summary>An archive as a hospital's: folders of classes with DICOM files of several images a patient. The images are drawn by formula, the patients are made up.</summary>
internal static class DicomArchive
{
    public const string PositiveClassName = "malignant-like";

    private const int Size = 64;

    /// <summary>Writes the archive; one that is there already is replaced.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="patientsPerClass">Patients of each class.</param>
    /// <param name="imagesPerPatient">Images of each patient.</param>
    /// <param name="classNames">Names of the two class folders.</param>
    /// <returns>Its folder.</returns>
    public static string Create(string folder, int patientsPerClass, int imagesPerPatient, params IReadOnlyList<string> classNames)
    {
        if (classNames.Count == 0)
        {
            classNames = ["benign-like", PositiveClassName];
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var lesions = new FormulaLesionSource(new FormulaLesionOptions { Size = Size, ImagesPerClass = patientsPerClass * imagesPerPatient, Difficulty = 0.4f });
        var written = new int[lesions.ClassCount];
        var pixels = new byte[Size * Size];
        for (var i = 0; i < lesions.Count; i++)
        {
            var label = lesions.LabelOf(i);
            var number = written[label]++;
            var patient = string.Create(CultureInfo.InvariantCulture, $"PATIENT-{label}-{number / imagesPerPatient:000}");
            var target = Directory.CreateDirectory(Path.Combine(folder, classNames[label], patient)).FullName;
            lesions.CopyImage(i, pixels);
            DicomFileWriter.Write(Path.Combine(target, $"{number % imagesPerPatient}.dcm"), patient, $"2.25.{label + 1}{number + 1000}", pixels, Size, Size);
        }
        return folder;
    }
}
