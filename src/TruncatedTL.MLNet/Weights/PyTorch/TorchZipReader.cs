using System.Text;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// Reads the zip format of <c>torch.save</c> (PyTorch 1.6 and later): <c>name/data.pkl</c> describes the tensors,
/// <c>name/data/KEY</c> holds each storage, <c>name/byteorder</c> the byte order where it was written.
/// </summary>
internal sealed class TorchZipReader
{
    private const string PickleName = "data.pkl";

    private readonly ByteSource _source;
    private readonly ZipContent _zip;
    private readonly string _folder;
    private readonly Dictionary<string, byte[]> _storages = new(StringComparer.Ordinal);

    private TorchZipReader(ByteSource source)
    {
        _source = source;
        _zip = new ZipContent(source);
        _folder = FindPickle()[..^PickleName.Length];
    }

    /// <summary>Reads the checkpoint.</summary>
    public static WeightsFile Read(ByteSource source)
    {
        var reader = new TorchZipReader(source);
        var pickle = source.Part(reader._zip.Read(reader._zip.Entries[reader._folder + PickleName]), PickleName);
        var document = Unpickler.Load(new PickleInput(pickle, 0, pickle.Length));
        var content = CheckpointSelector.Select(document, source);
        var materializer = new TensorMaterializer(source, reader.IsBigEndian());
        var tensors = new OrderedDictionary<string, TensorData>(content.Tensors.Count, StringComparer.Ordinal);
        foreach (var (name, tensor) in content.Tensors)
        {
            tensors.Add(name, materializer.Materialize(name, tensor, reader.ReadStorage(tensor.Storage)));
        }

        return new WeightsFile(tensors, content.Metadata, source.FileName);
    }

    private string FindPickle()
    {
        var candidates = _zip.Entries.Keys.Where(name => name == PickleName || name.EndsWith("/" + PickleName, StringComparison.Ordinal)).ToList();
        return candidates.Count switch
        {
            1 => candidates[0],
            0 => throw _source.Damaged("it is a zip archive, but no PyTorch checkpoint: it has no data.pkl"),
            _ => throw _source.Damaged($"it is a zip archive with {candidates.Count} entries data.pkl; a PyTorch checkpoint has one"),
        };
    }

    private bool IsBigEndian()
    {
        if (!_zip.Entries.TryGetValue(_folder + "byteorder", out var entry))
        {
            return false;
        }

        return Encoding.ASCII.GetString(_zip.Read(entry)).Trim() switch
        {
            "little" => false,
            "big" => true,
            var other => throw _source.Damaged($"its byte order {DisplayText.Quote(other)} is not known", entry.HeaderOffset),
        };
    }

    private byte[] ReadStorage(TorchStorage storage)
    {
        if (_storages.TryGetValue(storage.Key, out var bytes))
        {
            return bytes;
        }

        var name = $"{_folder}data/{storage.Key}";
        if (!_zip.Entries.TryGetValue(name, out var entry))
        {
            throw _source.Damaged($"the zip entry {DisplayText.Quote(name)}, which holds tensor values, is missing");
        }

        if (entry.UncompressedSize != storage.RootByteCount)
        {
            throw _source.Damaged(
                $"zip entry {DisplayText.Quote(name)} has {entry.UncompressedSize} bytes, but its tensors need {storage.RootByteCount}",
                entry.HeaderOffset);
        }

        bytes = _zip.Read(entry);
        _storages.Add(storage.Key, bytes);
        return bytes;
    }
}
