namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>An intact small file from which damaged ones are made.</summary>
/// <param name="Reader">Name of the reader that must cope with it.</param>
/// <param name="Name">What it is called, with the suffix of its format.</param>
/// <param name="Content">What is damaged.</param>
/// <param name="Wrap">What is done to the damaged content before it is read, so that damage gets past checksums; null for nothing.</param>
/// <param name="Alter">Random damage that knows the format, which half of the random damage then is; null for none.</param>
internal sealed record SampleFile(string Reader, string Name, byte[] Content, Func<byte[], byte[]>? Wrap = null, Func<byte[], Random, byte[]>? Alter = null)
{
    /// <summary>The file that damage with this number makes: first the systematic changes, then random ones.</summary>
    public byte[] Damaged(int index, int seed)
    {
        var random = new Random(HashCode(seed, index));
        var mutated = Alter is not null && index % 2 == 1 ? Alter(Content, random)
            : index < ByteMutator.SweepLength(Content) ? ByteMutator.Sweep(Content, index)
            : ByteMutator.Random(Content, random);
        return Wrap is null ? mutated : Wrap(mutated);
    }

    // The framework's own combination differs from run to run.
    private static int HashCode(int seed, int index) => unchecked((seed * 1_000_003) ^ (index * 7919));
}
