namespace TruncatedTL.MLNet.Training;

/// <summary>How an <see cref="ImageStore"/> keeps a pixel.</summary>
internal enum ImageElementType
{
    /// <summary>8 bits: integers from 0 to 255.</summary>
    Byte,

    /// <summary>16 bits: integers from 0 to 65535.</summary>
    UInt16,

    /// <summary>32-bit floating point: everything else.</summary>
    Single,
}
