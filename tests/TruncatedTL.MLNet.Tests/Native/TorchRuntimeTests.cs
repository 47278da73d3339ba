using System.Reflection;
using System.Runtime.Loader;
using TruncatedTL.MLNet.Native;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Native;

public class TorchRuntimeTests
{
    [SkippableFact]
    public void EnsureLoaded_MakesTorchSharpCompute()
    {
        SkipWithoutBackend();
        TorchRuntime.EnsureLoaded();

        using var values = ones(2);
        using var sum = values.sum();

        Assert.Equal(2f, sum.item<float>());
        Assert.True(TorchRuntime.IsLoaded);
        Assert.Contains("LibTorchSharp", TorchRuntime.Description, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void EnsureLoaded_Again_ChangesNothing()
    {
        SkipWithoutBackend();
        TorchRuntime.EnsureLoaded();
        var description = TorchRuntime.Description;

        TorchRuntime.EnsureLoaded();

        Assert.Same(description, TorchRuntime.Description);
    }

    [SkippableFact]
    public void EnsureLoaded_TorchSharpFindsItsBackendByItself()
    {
        SkipWithoutBackend();
        TorchRuntime.EnsureLoaded();

        // TorchSharp asks .NET for torch_cpu or torch_cuda, then for LibTorchSharp, once for each kind of device.
        Assert.True(TryInitializeDeviceType(TorchSharp.DeviceType.CPU));
        Assert.Equal(cuda.is_available(), TryInitializeDeviceType(TorchSharp.DeviceType.CUDA));
    }

    [SkippableFact]
    public void EnsureLoaded_InAPluginsOwnLoadContext_Succeeds()
    {
        SkipWithoutBackend();
        var plugin = new PluginContext().LoadFromAssemblyPath(typeof(TorchRuntime).Assembly.Location);
        var runtime = plugin.GetType(typeof(TorchRuntime).FullName!, throwOnError: true)!;

        runtime.GetMethod(nameof(TorchRuntime.EnsureLoaded))!.Invoke(null, null);

        Assert.NotSame(typeof(TorchRuntime), runtime);
        Assert.Equal(true, runtime.GetProperty(nameof(TorchRuntime.IsLoaded))!.GetValue(null));
    }

    private static void SkipWithoutBackend()
    {
        var files = NativeFiles.Find(NativeHost.Current());
        Skip.If(
            files.LibTorchSharp is null || files.MissingLibTorch.Count > 0,
            $"No libtorch is beside the tests, nor named by {NativeHost.LibTorchFolderVariable}.");
    }

    private sealed class PluginContext() : AssemblyLoadContext("plugin")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
