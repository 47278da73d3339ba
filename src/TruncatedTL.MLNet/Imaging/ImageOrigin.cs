namespace TruncatedTL.MLNet.Imaging;

/// <summary>
/// What a file says about whom and what it shows. It identifies a person: it serves for grouping (no patient in both training
/// and test) and for messages to the person who runs the program, and is not to be written into models, reports or logs.
/// </summary>
public sealed record ImageOrigin
{
    /// <summary>The patient's identifier; null where the file has none.</summary>
    public string? PatientId { get; init; }

    /// <summary>Identifier of the study (DICOM Study Instance UID); null where the file has none.</summary>
    public string? StudyUid { get; init; }

    /// <summary>Identifier of the series (DICOM Series Instance UID); null where the file has none.</summary>
    public string? SeriesUid { get; init; }

    // A record would print what must not get into a log by accident.
    /// <summary>The type's name only: identifiers do not belong in logs.</summary>
    public override string ToString() => nameof(ImageOrigin);
}
