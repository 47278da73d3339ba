namespace TruncatedTL.MLNet.Loading;

/// <summary>What the key column of a table of labels holds.</summary>
public enum DicomLabelKey
{
    /// <summary>The file's path, absolute or relative to the folder that is loaded.</summary>
    File,

    /// <summary>The Study Instance UID.</summary>
    Study,

    /// <summary>The Series Instance UID.</summary>
    Series,

    /// <summary>The Patient ID.</summary>
    Patient,
}
