using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// Finds the preparation in a saved model: a zip of ML.NET, whose ONNX graphs are entries of their own, or an ONNX file. Only the facts that a
/// graph carries are read; weights are passed over, types are not loaded.
/// </summary>
internal static class ModelMetadata
{
    /// <summary>Key of the preparation that the input column had before the model.</summary>
    public const string PreparationKey = "truncatedtl.preparation";

    /// <summary>Key of the preparation that a graph itself carries out.</summary>
    public const string InGraphKey = "truncatedtl.preparation.in-graph";

    private const string OnnxEntryName = "OnnxModel";
    private const long MaxInflatedBytes = 8L << 30;

    /// <summary>The facts that each network in a model carries; networks without facts are left out.</summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no model, or it is damaged.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> FindFacts(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            var networks = IsZip(file) ? InZip(file) : [OnnxMetadata.ReadAll(file, file.Length)];
            return [.. networks.Where(facts => facts.Count > 0).Select(facts => facts.GroupBy(fact => fact.Key).ToDictionary(group => group.Key, group => group.Last().Value))];
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or DecoderFallbackException)
        {
            throw new InvalidDataException($"'{path}' is not a model, or it is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>The JSON of the one preparation in a model.</summary>
    /// <exception cref="ImagePreparationException">There is none, there are several, or the file is no model.</exception>
    public static string FindPreparation(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            var found = IsZip(file)
                ? [.. InZip(file).SelectMany(facts => facts).Where(fact => fact.Key == PreparationKey).Select(fact => fact.Value).Distinct(StringComparer.Ordinal)]
                : OnnxMetadata.Read(file, file.Length, PreparationKey).Distinct(StringComparer.Ordinal).ToArray();
            return found.Length switch
            {
                1 => found[0],
                0 => throw new ImagePreparationException($"The model '{path}' carries no image preparation: it was trained on a column that does not come from this library's file loaders. Prepare files as its training images were."),
                _ => throw new ImagePreparationException($"The model '{path}' carries {found.Length} different image preparations, one for each of several image columns; it cannot be told which one a file needs."),
            };
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or DecoderFallbackException)
        {
            throw new ImagePreparationException($"'{path}' is not a model, or it is damaged: {exception.Message}", exception);
        }
    }

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

            found.Add(OnnxMetadata.ReadAll(content, length));
        }

        return found;
    }
}
