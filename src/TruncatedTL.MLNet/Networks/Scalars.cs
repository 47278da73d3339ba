using TorchSharp;

namespace TruncatedTL.MLNet.Networks;

/// <summary>
/// Numbers for libtorch that live as long as the process. A plain number becomes a native object with a finaliser, which may free it while
/// libtorch still reads it: once in a while, under load, a call then fails ("Unknown scalar type", "argument alpha must not be a floating point number") or computes with another
/// number. What runs in every training step therefore takes these, or a number of its own that is disposed after the call. The factor that <c>add</c> has where none is given is
/// such a plain number, too, so it is always given (a test looks).
/// </summary>
internal static class Scalars
{
    public static Scalar Zero { get; } = 0;

    public static Scalar One { get; } = 1;
}
