namespace TruncatedTL.MLNet.Onnx;

/// <summary>One ONNX file is one protobuf message, and a protobuf message is shorter than 2 GB.</summary>
internal static class OnnxSizeLimit
{
    /// <summary>The longest message that protobuf readers accept, in bytes.</summary>
    public const long MaximumBytes = int.MaxValue;

    // Upper bound of what a record takes besides its name and its content: tags, lengths, type, dimensions.
    private const long RecordOverheadBytes = 256;

    /// <summary>Upper bound of the length in the file of a record (a tensor, a node, ...) with a name and some content.</summary>
    public static long OfRecord(string name, long contentBytes) => contentBytes + 4L * name.Length + RecordOverheadBytes;

    /// <summary>Fails if a model of this length cannot be written.</summary>
    /// <param name="bytes">Length of the model, or an upper bound.</param>
    /// <param name="largestTensor">Name of the largest tensor, for the message.</param>
    /// <exception cref="OnnxExportException">The model is too long.</exception>
    public static void Require(long bytes, string largestTensor)
    {
        if (bytes > MaximumBytes)
        {
            throw new OnnxExportException(FormattableString.Invariant(
                $"The model would take {bytes / 1e9:0.00} GB; one ONNX file holds less than 2.15 GB. Its largest tensor is '{largestTensor}'. Cut the network earlier, use smaller images where the head flattens, or pool by averaging."));
        }
    }
}
