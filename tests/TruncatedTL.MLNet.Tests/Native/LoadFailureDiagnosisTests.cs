using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

public sealed class LoadFailureDiagnosisTests : IDisposable
{
    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Theory]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/x.so)", TorchBackendFailureCause.LibStdCxxTooOld, "GLIBCXX_3.4.32")]
    [InlineData("/lib/libstdc++.so.6: version `CXXABI_1.3.15' not found (required by /app/x.so)", TorchBackendFailureCause.LibStdCxxTooOld, "CXXABI_1.3.15")]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.34' not found (required by /app/x.so)", TorchBackendFailureCause.GlibcTooOld, "GLIBC_2.34")]
    [InlineData("libgomp-98b21ff3.so.1: cannot open shared object file: No such file or directory", TorchBackendFailureCause.BackendPackageMissing, "libgomp-98b21ff3.so.1")]
    [InlineData("libtorch.so: cannot open shared object file: No such file or directory", TorchBackendFailureCause.BackendPackageMissing, "libtorch.so")]
    [InlineData("libgcc_s.so.1: cannot open shared object file: No such file or directory", TorchBackendFailureCause.SystemLibraryMissing, "libgcc_s.so.1")]
    [InlineData("/app/x.so: wrong ELF class: ELFCLASS32", TorchBackendFailureCause.WrongArchitecture, "ELFCLASS32")]
    [InlineData("/app/x.so: invalid ELF header", TorchBackendFailureCause.DamagedLibrary, "restore")]
    [InlineData("/app/x.so: file too short", TorchBackendFailureCause.DamagedLibrary, "restore")]
    [InlineData("/app/x.so: undefined symbol: _ZN2at4onesE", TorchBackendFailureCause.VersionMismatch, "_ZN2at4onesE")]
    [InlineData("/app/x.so: cannot allocate memory in static TLS block", TorchBackendFailureCause.Unknown, "static TLS block")]
    public void Explain_LoaderText_GivesCauseAndKeyWord(string loaderText, TorchBackendFailureCause cause, string keyWord)
    {
        var loaderError = new DllNotFoundException($"Unable to load shared library '/app/x.so' or one of its dependencies. Advice: \n{loaderText}\n");

        var error = LoadFailureDiagnosis.Explain(_fake.Host, "/app/x.so", loaderError);

        Assert.Equal(cause, error.Cause);
        Assert.Contains(keyWord, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Advice", error.Message, StringComparison.Ordinal);
        Assert.Same(loaderError, error.InnerException);
    }

    [Fact]
    public void Explain_BadImage_IsWrongArchitecture() => Assert.Equal(
        TorchBackendFailureCause.WrongArchitecture,
        LoadFailureDiagnosis.Explain(_fake.Host, "x.dll", new BadImageFormatException("0x800700C1")).Cause);

    [Fact]
    public void Explain_WindowsModuleNotFound_NamesTheRedistributable()
    {
        var host = _fake.Host with { Platform = NativePlatform.Windows };
        var loaderError = new DllNotFoundException("Unable to load DLL 'x.dll' or one of its dependencies: The specified module could not be found. (0x8007007E)");

        var error = LoadFailureDiagnosis.Explain(host, "x.dll", loaderError);

        Assert.Equal(TorchBackendFailureCause.SystemLibraryMissing, error.Cause);
        Assert.Contains("Visual C++ Redistributable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TorchSharpVersion_IsTheReferencedOne() =>
        Assert.StartsWith("0.107.", LoadFailureDiagnosis.TorchSharpVersion, StringComparison.Ordinal);
}
