using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// The facts that a saved model carries about itself: a zip of ML.NET, whose ONNX graphs are entries of their own, or an ONNX file. Only these facts
/// are read; weights are passed over, types are not loaded, nothing is executed.
/// </summary>
/// <example>
/// <code>
/// var facts = ModelMetadata.Read("model.zip");
/// Console.WriteLine(facts["truncatedtl.strategy"]);                 // Truncated(layer3.1)
/// Console.WriteLine(facts["truncatedtl.classes"].Split('\n').Length);
/// </code>
/// </example>
public static class ModelMetadata
{
    /// <summary>Key of the preparation that the input column had before the model.</summary>
    internal const string PreparationKey = "truncatedtl.preparation";

    /// <summary>Key of the preparation that a graph itself carries out.</summary>
    internal const string InGraphKey = "truncatedtl.preparation.in-graph";

    private const string OnnxEntryName = "OnnxModel";
    private const long MaxInflatedBytes = 8L << 30;

    /// <summary>Reads all facts of a model.</summary>
    /// <param name="path">A zip saved by <c>mlContext.Model.Save</c>, or an ONNX file saved by the fitted model.</param>
    /// <returns>
    /// Text by key, in ordinal order; empty for models that carry no facts. Models of this library say, each with the prefix <c>truncatedtl.</c>: <c>backbone</c>, <c>strategy</c>,
    /// <c>cut</c>, <c>head</c>, <c>classes</c> (one a line, in the order of the scores), <c>input_channels</c>, <c>input_size</c>, <c>image_size</c>, <c>pixels</c>,
    /// <c>training.*</c> (epochs, the best one and its figure) and, where there are any, <c>preparation</c>, <c>calibration.*</c>, <c>operatingPoint.*</c> and <c>outOfDistribution.*</c>.
    /// Of a key that several graphs in one zip give differently, the first counts.
    /// </returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="ImagePreparationException">The file is no model, or it is damaged.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in ReadAll(path))
        {
            facts.TryAdd(key, value);
        }

        return facts;
    }

    /// <summary>The JSON of the one preparation in a model.</summary>
    /// <exception cref="ImagePreparationException">There is none, there are several, or the file is no model.</exception>
    internal static string FindPreparation(string path)
    {
        var found = ReadAll(path).Where(fact => fact.Key == PreparationKey).Select(fact => fact.Value).Distinct(StringComparer.Ordinal).ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ImagePreparationException($"The model '{path}' carries no image preparation: it was trained on a column that does not come from this library's file loaders. Prepare files as its training images were."),
            _ => throw new ImagePreparationException($"The model '{path}' carries {found.Length} different image preparations, one for each of several image columns; it cannot be told which one a file needs."),
        };
    }

    /// <summary>The facts of each network in a model, in the order of the file.</summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="ImagePreparationException">The file is no model, or it is damaged.</exception>
    internal static IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> ReadNetworks(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            return IsZip(file) ? InZip(file) : [OnnxMetadata.Read(file, file.Length)];
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or DecoderFallbackException)
        {
            throw new ImagePreparationException($"'{path}' is not a model, or it is damaged: {exception.Message}", exception);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> ReadAll(string path) => ReadNetworks(path).SelectMany(facts => facts);

    private static bool IsZip(FileStream file)
    {
        Span<byte> head = stackalloc byte[2];
        var isZip = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("PK"u8);
        file.Position = 0;
        return isZip;
    }

    private static List<IReadOnlyList<KeyValuePair<string, string>>> InZip(FileStream file)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        var found = new List<IReadOnlyList<KeyValuePair<string, string>>>();
        var budget = MaxInflatedBytes;
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        foreach (var entry in archive.Entries)
        {
            // ML.NET writes the separator of the system that saved.
            if (entry.FullName.Split('/', '\\')[^1] != OnnxEntryName)
            {
                continue;
            }

            using var content = entry.Open();
            content.ReadExactly(prefix);
            var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
            budget -= length;
            if (length < 0 || budget < 0)
            {
                throw new InvalidDataException("the networks in it are longer than any that ML.NET loads");
            }

            found.Add(OnnxMetadata.Read(content, length));
        }

        return found;
    }
}
