using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// DICOM files do not make up one volume: a slice is missing or there twice, slices differ in size, orientation or spacing, or there is not
/// exactly one series to choose.
/// </summary>
public sealed class DicomSeriesException : ImageDataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The folder, or the file that does not fit.</param>
    /// <param name="problem">What is wrong with it.</param>
    public DicomSeriesException(string path, string problem)
        : base($"{path}: {problem}")
    {
        FilePath = path;
        Problem = problem;
    }

    /// <summary>The folder, or the file that does not fit.</summary>
    public string FilePath { get; }

    /// <summary>What is wrong, without the path.</summary>
    public string Problem { get; }
}
