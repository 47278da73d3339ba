namespace TruncatedTL.MLNet.Weights.Safetensors;

/// <summary>Reads safetensors files.</summary>
internal static class SafetensorsReader
{
    /// <summary>Reads header and tensors; each tensor is read straight into its own memory.</summary>
    public static WeightsFile Read(ByteSource source)
    {
        var header = SafetensorsHeader.Read(source);
        var tensors = new OrderedDictionary<string, TensorData>(header.Entries.Count, StringComparer.Ordinal);
        foreach (var entry in header.Entries)
        {
            var bytes = source.ReadBytes(header.DataStart + entry.Begin, entry.End - entry.Begin);
            tensors.Add(entry.Name, new TensorData(entry.ElementType, entry.Shape, bytes));
        }

        return new WeightsFile(tensors, header.Metadata, source.FileName);
    }
}
