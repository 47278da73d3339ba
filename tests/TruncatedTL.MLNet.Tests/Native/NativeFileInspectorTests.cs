using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

public sealed class NativeFileInspectorTests : IDisposable
{
    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Fact]
    public void Inspect_SoundFile_IsAccepted() => Inspect(SyntheticElf.LikeLibTorchSharp().Build());

    [Fact]
    public void Inspect_EveryTruncation_IsDamage()
    {
        var image = SyntheticElf.LikeLibTorchSharp().Build();
        for (var length = 0; length < image.Length; length += 7)
        {
            var error = Assert.Throws<TorchBackendException>(() => Inspect(image[..length]));
            Assert.Equal(TorchBackendFailureCause.DamagedLibrary, error.Cause);
            Assert.Contains("probe.so", error.Message, StringComparison.Ordinal);
            Assert.Contains("restore", error.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Inspect_RealLibraryCutAtItsLastSegment_IsDamage()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Skip.IfNot(File.Exists(path), "The Linux build of TorchSharp's native library is not beside the tests.");
        var image = File.ReadAllBytes(path);

        Inspect(image);
        var error = Assert.Throws<TorchBackendException>(() => Inspect(image[..(image.Length / 2)]));

        Assert.Equal(TorchBackendFailureCause.DamagedLibrary, error.Cause);
        Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_SomethingElse_IsDamage()
    {
        var error = Assert.Throws<TorchBackendException>(() => Inspect("version https://git-lfs.github.com/spec/v1\noid sha256:0000000000000000"u8.ToArray()));

        Assert.Equal(TorchBackendFailureCause.DamagedLibrary, error.Cause);
        Assert.Contains("ELF", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ElfHeader.MachineArm64, "Arm64")]
    [InlineData(243, "ELF machine 243")]
    public void Inspect_OtherMachine_NamesBothArchitectures(ushort machine, string expected)
    {
        var error = Assert.Throws<TorchBackendException>(() => Inspect(new SyntheticElf { Machine = machine }.Build()));

        Assert.Equal(TorchBackendFailureCause.WrongArchitecture, error.Cause);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("X64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_32BitFile_IsWrongArchitecture()
    {
        var image = new SyntheticElf().Build();
        image[4] = 1;

        var error = Assert.Throws<TorchBackendException>(() => Inspect(image));

        Assert.Equal(TorchBackendFailureCause.WrongArchitecture, error.Cause);
        Assert.Contains("32-bit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_Arm64FileOnArm64_IsAccepted()
    {
        _fake.Host = _fake.Host with { ProcessArchitecture = Architecture.Arm64 };

        Inspect(new SyntheticElf { Machine = ElfHeader.MachineArm64 }.Build());
    }

    [Fact]
    public void Inspect_FileThatCannotBeRead_SaysSo()
    {
        var error = Assert.Throws<TorchBackendException>(
            () => NativeFileInspector.Inspect(_fake.Host, [Path.Combine(_fake.Root, "absent", "probe.so")]));

        Assert.Equal(TorchBackendFailureCause.DamagedLibrary, error.Cause);
        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
    }

    private void Inspect(byte[] content)
    {
        var path = Path.Combine(_fake.Root, "probe.so");
        File.WriteAllBytes(path, content);
        NativeFileInspector.Inspect(_fake.Host, [path]);
    }
}
