namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>What a data source is.</summary>
internal enum SourceKind
{
    /// <summary>Told by the name and by what lies there.</summary>
    Auto,

    /// <summary>A folder with a sub-folder of image files a class.</summary>
    Folder,

    /// <summary>A folder of DICOM files at any depth.</summary>
    Dicom,

    /// <summary>A table that lists image files.</summary>
    Table,

    /// <summary>A file in the layout of MedMNIST.</summary>
    Npz,

    /// <summary>The built-in task.</summary>
    Formula,
}
