namespace TruncatedTL.MLNet.Native;

/// <summary>The operating systems that TorchSharp has a native library for.</summary>
internal enum NativePlatform
{
    Other,
    Linux,
    Windows,
    MacOS,
}
