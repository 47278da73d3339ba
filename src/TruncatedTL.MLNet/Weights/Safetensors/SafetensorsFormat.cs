namespace TruncatedTL.MLNet.Weights.Safetensors;

/// <summary>Constants of the safetensors format: 8 bytes header length, a JSON header, the tensor bytes.</summary>
internal static class SafetensorsFormat
{
    /// <summary>Suffix of the files.</summary>
    public const string Suffix = ".safetensors";

    /// <summary>Bytes of the header length field.</summary>
    public const int LengthFieldBytes = 8;

    /// <summary>The longest header that the reference implementation accepts.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    /// <summary>Tensor bytes start at a multiple of this, so that readers can map them.</summary>
    public const int Alignment = 8;

    /// <summary>The header key that holds free text instead of a tensor.</summary>
    public const string MetadataKey = "__metadata__";
}
