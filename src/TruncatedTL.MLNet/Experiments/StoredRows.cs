using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>
/// Decoded rows in the experiment's folder, so that any process can train from the folder alone: <c>NAME.images</c> holds the pixels row after row in
/// little-endian order, <c>NAME.json</c> says what they are. Patients are numbers there; their names stay where they were.
/// </summary>
/// <param name="Training">Images, labels and weights.</param>
/// <param name="Groups">Patient of each row as a number; null where rows are independent.</param>
internal sealed record StoredRows(TrainingSet Training, IReadOnlyList<int>? Groups)
{
    /// <summary>Writes rows; what was there before is replaced.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Name of the files.</param>
    /// <param name="rows">Rows of a store, all of them in its order.</param>
    /// <param name="groups">Patient of each row; null where rows are independent.</param>
    public static void Write(string folder, string name, TrainingSet rows, IReadOnlyList<int>? groups)
    {
        Directory.CreateDirectory(folder);
        var images = rows.Images;
        AtomicFile.Write(ImagesPath(folder, name), stream => ForEachImage(images, bytes => stream.Write(bytes)));

        // Last: rows whose description is there are complete.
        ExperimentFolder.WriteJson(DescriptionPath(folder, name), new Description
        {
            Shape = images.Shape,
            ElementType = images.ElementType,
            ClassNames = rows.ClassNames,
            Labels = rows.Labels.ToArray(),
            Weights = rows.HasWeights ? [.. Enumerable.Range(0, rows.Count).Select(rows.Weight)] : null,
            Groups = groups,
        });
    }

    /// <summary>Opens rows; the images are read from their file as they are needed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Name of the files.</param>
    /// <returns>The rows; null where there are none of this name.</returns>
    /// <exception cref="ExperimentException">They are damaged.</exception>
    public static StoredRows? Open(string folder, string name)
    {
        if (ExperimentFolder.ReadJson<Description>(DescriptionPath(folder, name)) is not { } description)
        {
            return null;
        }

        try
        {
            var length = checked((int)description.Shape.Aggregate(1L, (product, side) => checked(product * side)) * ImageStore.BytesOf(description.ElementType));
            var file = ImageFile.Open(ImagesPath(folder, name), length, description.Labels.Count);
            var store = ImageStore.FromFile(file, description.ElementType, description.Shape);
            if (description.ClassNames.Contains(null!))
            {
                throw new InvalidDataException("a class has no name");
            }

            return description.Groups is { } groups && groups.Count != description.Labels.Count
                ? throw new InvalidDataException("it has another number of patients than of labels")
                : new StoredRows(new TrainingSet(store, description.Labels, description.ClassNames, description.Weights), description.Groups);
        }
        catch (Exception error) when (error is InvalidDataException or OverflowException or ArgumentException or TrainingDataException or FileNotFoundException)
        {
            throw new ExperimentException($"The images '{name}' in '{folder}' are damaged: {error.Message} Delete that folder; they are then written anew.", error);
        }
    }

    /// <summary>Hash over everything about the rows that a training depends on.</summary>
    public static string Hash(TrainingSet rows, IReadOnlyList<int>? groups)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ForEachImage(rows.Images, hash.AppendData);
        hash.AppendData(MemoryMarshal.AsBytes(rows.Labels));
        hash.AppendData(ExperimentFolder.ToJson(new Description
        {
            Shape = rows.Images.Shape,
            ElementType = rows.Images.ElementType,
            ClassNames = rows.ClassNames,
            Labels = [],
            Weights = rows.HasWeights ? [.. Enumerable.Range(0, rows.Count).Select(rows.Weight)] : null,
            Groups = groups,
        }));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Patients as numbers, in the order of their first rows; rows of no patient are patients of their own.</summary>
    /// <param name="names">Patient of each row.</param>
    /// <param name="part">What the rows are, to tell rows of no patient apart.</param>
    /// <param name="numbers">The numbers that are given already; new patients are added.</param>
    public static int[] Number(IReadOnlyList<string?> names, string part, Dictionary<string, int> numbers)
    {
        return [.. names.Select((name, row) => NumberOf(name is null ? FormattableString.Invariant($"{part} row {row}") : $"patient {name}"))];

        int NumberOf(string key)
        {
            numbers.TryAdd(key, numbers.Count);
            return numbers[key];
        }
    }

    private static void ForEachImage(ImageStore images, Action<byte[]> visit)
    {
        var bytes = new byte[images.ImageLength * ImageStore.BytesOf(images.ElementType)];
        for (var index = 0; index < images.Count; index++)
        {
            images.CopyRaw(index, bytes);
            visit(bytes);
        }
    }

    private static string ImagesPath(string folder, string name) => Path.Combine(folder, name + ".images");

    private static string DescriptionPath(string folder, string name) => Path.Combine(folder, name + ".json");

    private sealed record Description
    {
        public required IReadOnlyList<int> Shape { get; init; }

        public required ImageElementType ElementType { get; init; }

        public required IReadOnlyList<string> ClassNames { get; init; }

        public required IReadOnlyList<int> Labels { get; init; }

        public required IReadOnlyList<float>? Weights { get; init; }

        public required IReadOnlyList<int>? Groups { get; init; }
    }
}
