using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Networks;

/// <summary>
/// Base of test classes that compute much: the test runner already runs classes side by side, and libtorch's threads waiting for
/// each other on busy cores cost many times what they compute.
/// </summary>
public abstract class SingleThreadedTorchTests
{
    protected SingleThreadedTorchTests() => set_num_threads(1);
}
