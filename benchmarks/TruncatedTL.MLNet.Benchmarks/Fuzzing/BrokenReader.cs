using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>Fails in every way that the command looks for, to show that it notices: <c>fuzz --reader Broken --count 5</c> must report 5 failures.</summary>
internal sealed class BrokenReader : ImageReader
{
    public const string ReaderName = "Broken";

    private const int ChunkBytes = 1 << 26;

    /// <summary>One sample for each kind of failure; the reader goes by the name.</summary>
    public static IEnumerable<SampleFile> Samples => new[] { "exception", "hang", "heap", "native", "crash" }.Select(kind => new SampleFile(ReaderName, kind, new byte[8]));

    public override string Name => ReaderName;

    public override IReadOnlyList<string> Suffixes => [];

    public override bool Recognises(ReadOnlySpan<byte> head) => false;

    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        switch (name)
        {
            case "hang":
                while (true)
                {
                    GC.KeepAlive(content);
                }

            case "heap":
                return new DecodedImage(new float[(int)(FuzzRun.HeapBytes / sizeof(float))], 1, [1, (int)(FuzzRun.HeapBytes / sizeof(float))]);
            case "native":
                TakeNativeMemory();
                return new DecodedImage([0], 1, [1, 1]);
            case "crash":
                Environment.FailFast("The broken reader crashes, as it is meant to.");
                return new DecodedImage([0], 1, [1, 1]);
            default:
                throw new InvalidOperationException("The broken reader throws, as it is meant to.");
        }
    }

    private static unsafe void TakeNativeMemory()
    {
        for (var taken = 0L; taken < 2 * FuzzRun.ResidentBytes; taken += ChunkBytes)
        {
            // Touched, so that it counts; the process is killed before it takes all.
            new Span<byte>(NativeMemory.Alloc(ChunkBytes), ChunkBytes).Fill(1);
            Thread.Sleep(50);
        }
    }
}
