using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace TruncatedTL.MLNet.Training;

/// <summary>Hashes of training data. An image is hashed once however many sets and trainings share its store.</summary>
internal static class DataFingerprint
{
    private static readonly ConditionalWeakTable<ImageStore, byte[][]> ImageHashes = [];

    /// <summary>Numbers of images and classes and a SHA-256 over pixels, labels, weights and class names, all in their order.</summary>
    public static string Of(TrainingSet set)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var images = HashesOf(set.Images);
        var rows = set.Rows.Span;
        Span<byte> number = stackalloc byte[sizeof(float)];
        for (var i = 0; i < set.Count; i++)
        {
            hash.AppendData(images[rows[i]]);
            BinaryPrimitives.WriteSingleLittleEndian(number, set.Weight(i));
            hash.AppendData(number);
        }

        foreach (var label in set.Labels)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, label);
            hash.AppendData(number);
        }

        foreach (var name in set.ClassNames)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
        }

        return $"{set.Count} images of {set.ClassNames.Count} {(set.IsMultiLabel ? "findings" : "classes")}, SHA-256 {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    // A store may have grown since it was hashed; what was appended before never changes.
    private static byte[][] HashesOf(ImageStore store)
    {
        lock (ImageHashes)
        {
            if (!ImageHashes.TryGetValue(store, out var hashes) || hashes.Length != store.Count)
            {
                hashes = Hash(store);
                ImageHashes.AddOrUpdate(store, hashes);
            }

            return hashes;
        }
    }

    // Always as float32: whether a store keeps bytes depends on its other images.
    private static byte[][] Hash(ImageStore store)
    {
        var hashes = new byte[store.Count][];
        var shape = MemoryMarshal.AsBytes(store.Shape.ToArray().AsSpan()).ToArray();
        Parallel.For(
            0,
            store.Count,
            () => new float[store.ImageLength],
            (row, _, image) =>
            {
                store.CopyTo(row, image);
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                hash.AppendData(shape);
                hash.AppendData(MemoryMarshal.AsBytes(image.AsSpan()));
                hashes[row] = hash.GetHashAndReset();
                return image;
            },
            _ => { });
        return hashes;
    }
}
