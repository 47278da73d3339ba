using System.Runtime.CompilerServices;
using TruncatedTL.MLNet.Native;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>What a child process of a test does; it reports on its standard output, one fact a line.</summary>
internal static class ChildScenarios
{
    /// <summary>EnsureLoaded, then a computation.</summary>
    public const string Ensure = "ensure";

    /// <summary>EnsureLoaded twice: a failure must repeat, a success must stay.</summary>
    public const string EnsureTwice = "ensure-twice";

    /// <summary>EnsureLoaded from many threads.</summary>
    public const string EnsureFromThreads = "ensure-from-threads";

    /// <summary>A computation by an application that merely references this library; then EnsureLoaded.</summary>
    public const string TorchSharpFirst = "torchsharp-first";

    /// <summary>A computation without a libtorch; then one is provided, and EnsureLoaded follows.</summary>
    public const string TorchSharpTooEarly = "torchsharp-too-early";

    /// <summary>Names the folder that <see cref="TorchSharpTooEarly"/> provides.</summary>
    public const string LateFolderVariable = "TRUNCATEDTL_TEST_LATE_FOLDER";

    public static int Run(string scenario)
    {
        switch (scenario)
        {
            case Ensure:
                Attempt();
                break;
            case EnsureTwice:
                Attempt();
                Attempt();
                break;
            case EnsureFromThreads:
                Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ => Attempt());
                break;
            case TorchSharpFirst:
                RuntimeHelpers.RunModuleConstructor(typeof(TorchRuntime).Module.ModuleHandle);
                Report($"loaded before: {TorchRuntime.IsLoaded}");
                TryCompute();
                Attempt();
                break;
            case TorchSharpTooEarly:
                TryCompute();
                Environment.SetEnvironmentVariable(NativeHost.LibTorchFolderVariable, Environment.GetEnvironmentVariable(LateFolderVariable));
                Attempt();
                break;
            default:
                return 2;
        }

        return 0;
    }

    private static void Attempt()
    {
        try
        {
            TorchRuntime.EnsureLoaded();
            Report($"description: {TorchRuntime.Description}");
            Report($"sum: {Compute()}");
        }
        catch (TorchBackendException error)
        {
            Report($"cause: {error.Cause}");
            Report($"message: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static void TryCompute()
    {
        try
        {
            Report($"sum: {Compute()}");
        }
        catch (Exception error)
        {
            Report($"failed: {error.GetType().Name}");
        }
    }

    // Apart from its callers, so that no type of TorchSharp is touched before the call.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Compute()
    {
        using var values = ones(2);
        using var sum = values.sum();
        return sum.item<float>();
    }

    private static void Report(string line)
    {
        lock (typeof(ChildScenarios))
        {
            Console.WriteLine(line);
        }
    }
}
