using System.Runtime.CompilerServices;
using TruncatedTL.MLNet.Native;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>
/// Runs the library's module initializer before any test of this assembly, so that a test may touch TorchSharp first,
/// and lets libtorch's threads sleep while they wait, as <see cref="TorchRuntime.EnsureLoaded"/> does.
/// </summary>
internal static class TorchTestAssembly
{
    [ModuleInitializer]
    internal static void Initialize()
    {
        RuntimeHelpers.RunModuleConstructor(typeof(TorchRuntime).Module.ModuleHandle);
        OpenMpWaitPolicy.PreferSleeping();
    }
}
