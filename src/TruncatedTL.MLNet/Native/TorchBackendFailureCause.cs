namespace TruncatedTL.MLNet.Native;

/// <summary>Why TorchSharp's native library could not be loaded; see <see cref="TorchBackendException.Cause"/>.</summary>
public enum TorchBackendFailureCause
{
    /// <summary>The loader failed for a reason that none of the other members describes; the message quotes it.</summary>
    Unknown = 0,

    /// <summary>A native file of TorchSharp or libtorch is not beside the application: no back-end package is referenced.</summary>
    BackendPackageMissing,

    /// <summary>The folder named by the environment variable <c>TRUNCATEDTL_LIBTORCH</c> is absent or holds no libtorch.</summary>
    LibTorchFolderInvalid,

    /// <summary>Two different copies of libtorch would enter the process, which libtorch does not survive.</summary>
    ConflictingLibTorch,

    /// <summary>libstdc++ lacks a symbol version that the native library really uses.</summary>
    LibStdCxxTooOld,

    /// <summary>The C library (glibc) is older than the native library needs.</summary>
    GlibcTooOld,

    /// <summary>A library of the operating system that libtorch needs is not installed.</summary>
    SystemLibraryMissing,

    /// <summary>The system's C library is musl (Alpine Linux), for which libtorch does not exist.</summary>
    MuslNotSupported,

    /// <summary>The process, or one of the native files, has a processor architecture that TorchSharp is not built for.</summary>
    WrongArchitecture,

    /// <summary>A native file is truncated or is no valid shared library.</summary>
    DamagedLibrary,

    /// <summary>The versions of TorchSharp, its native library and libtorch do not belong together.</summary>
    VersionMismatch,

    /// <summary>The patched copy of the native library could be placed neither on disk nor in memory.</summary>
    CacheNotWritable,
}
