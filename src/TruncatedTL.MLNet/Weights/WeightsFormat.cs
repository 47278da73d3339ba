using System.Buffers.Binary;
using System.Text;
using TruncatedTL.MLNet.Weights.PyTorch;
using TruncatedTL.MLNet.Weights.Safetensors;

namespace TruncatedTL.MLNet.Weights;

/// <summary>Recognises the format of a weights file by its content and reads it.</summary>
internal static class WeightsFormat
{
    private const int ProbeBytes = 512;
    private const int TarSignatureOffset = 257;

    private static readonly string[] PickleSuffixes = [".pth", ".pt", ".th", ".bin", ".ckpt", ".pkl", ".pickle", ".tar"];

    /// <summary>Reads the file with the reader that its content asks for.</summary>
    public static WeightsFile Read(ByteSource source)
    {
        if (source.Length == 0)
        {
            throw source.Damaged("it is empty");
        }

        var probe = source.ReadBytes(0, Math.Min(ProbeBytes, source.Length));
        if (LooksLikeSafetensors(probe, source.Length))
        {
            return SafetensorsReader.Read(source);
        }

        if (StartsWith(probe, "PK\u0003\u0004"u8) || StartsWith(probe, "PK\u0005\u0006"u8))
        {
            return TorchZipReader.Read(source);
        }

        if (TorchLegacyReader.LooksLikePickle(probe))
        {
            return TorchLegacyReader.Read(source);
        }

        if (Recognise(probe) is { } stranger)
        {
            throw source.Damaged(stranger);
        }

        return ReadBySuffix(source, probe);
    }

    private static bool LooksLikeSafetensors(byte[] probe, long length)
    {
        if (probe.Length < SafetensorsFormat.LengthFieldBytes + 2)
        {
            return false;
        }

        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(probe);
        return headerLength <= (ulong)SafetensorsFormat.MaxHeaderBytes
            && (long)headerLength <= length - SafetensorsFormat.LengthFieldBytes
            && probe[SafetensorsFormat.LengthFieldBytes] == (byte)'{';
    }

    private static string? Recognise(byte[] probe)
    {
        if (StartsWith(probe, [0x89, (byte)'H', (byte)'D', (byte)'F']))
        {
            return "it is an HDF5 file, as Keras writes; convert it to safetensors first";
        }

        if (StartsWith(probe, [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']))
        {
            return "it is a NumPy array file; save named tensors as safetensors instead";
        }

        if (StartsWith(probe, [0x1F, 0x8B]))
        {
            return "it is compressed with gzip; unpack it first";
        }

        if (StartsWith(probe, "version https://git-lfs"u8))
        {
            return "it is a Git LFS pointer, not the file itself; fetch the content with 'git lfs pull'";
        }

        if (probe.Length > TarSignatureOffset + 5 && StartsWith(probe.AsSpan(TarSignatureOffset), "ustar"u8))
        {
            return "it is a tar archive; PyTorch before version 0.2 wrote such checkpoints: "
                + "load it in Python with torch.load and save the state_dict again";
        }

        var text = Encoding.ASCII.GetString(probe).TrimStart();
        return text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? "it is a web page, not weights; the download went wrong"
            : null;
    }

    // Nothing fits, so the suffix decides which error helps most.
    private static WeightsFile ReadBySuffix(ByteSource source, byte[] probe)
    {
        var suffix = Path.GetExtension(source.FileName);
        if (suffix.Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return SafetensorsReader.Read(source);
        }

        WeightsFormatException? cause = null;
        if (PickleSuffixes.Contains(suffix, StringComparer.OrdinalIgnoreCase))
        {
            try
            {
                // Pickle's oldest protocol has no signature; if it is one, a refusal names what it wanted to run.
                return TorchLegacyReader.Read(source);
            }
            catch (WeightsFormatException exception)
            {
                cause = exception;
            }
        }

        var firstBytes = Convert.ToHexString(probe.AsSpan(0, Math.Min(8, probe.Length)));
        throw source.Damaged(
            $"it is neither a safetensors file nor a PyTorch checkpoint (it begins with the bytes {firstBytes})", 0, cause);
    }

    private static bool StartsWith(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) => bytes.StartsWith(signature);
}
