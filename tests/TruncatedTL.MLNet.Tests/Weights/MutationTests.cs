using System.Buffers.Binary;
using System.Text;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>
/// Damaged files of every format: whatever is wrong, loading ends with a weights exception or a well-formed result, and
/// never takes memory out of proportion.
/// </summary>
public class MutationTests
{
    private const int Iterations = 4000;
    private const long MaxAllocatedBytes = 48L << 20;

    [Fact]
    public void DamagedSafetensors()
    {
        var file = WeightsFile.Load(new MemoryStream(TorchFiles.SampleZip()));
        using var stream = new MemoryStream();
        new WeightsFile(file.Tensors, new Dictionary<string, string> { ["format"] = "pt" }).SaveSafetensors(stream);

        var outcome = Attack(stream.ToArray(), mutated => mutated, seed: 1);

        Assert.InRange(outcome.Refused, Iterations / 4, Iterations);
        Assert.InRange(outcome.Accepted, 1, Iterations);
    }

    [Fact]
    public void DamagedZip()
    {
        var outcome = Attack(TorchFiles.SampleZip(), mutated => mutated, seed: 2);

        Assert.InRange(outcome.Refused, Iterations / 4, Iterations);
    }

    [Fact]
    public void DamagedZipWithoutChecksums()
    {
        var original = TorchFiles.Zip(
            new ZipWriter { WriteChecksums = false, UseZip64 = true }, TorchFiles.SampleStateDict(false).ToArray(),
            ("0", TorchFiles.SampleStorage0), ("1", TorchFiles.SampleStorage1), ("2", TorchFiles.SampleStorage2));

        var outcome = Attack(original, mutated => mutated, seed: 3);

        Assert.InRange(outcome.Refused, Iterations / 4, Iterations);
        Assert.InRange(outcome.Accepted, 1, Iterations);
    }

    [Fact]
    public void DamagedPickleInAnIntactZip()
    {
        var outcome = Attack(
            TorchFiles.SampleStateDict(false).ToArray(),
            pickle => TorchFiles.Zip(
                new ZipWriter(), pickle, ("0", TorchFiles.SampleStorage0), ("1", TorchFiles.SampleStorage1), ("2", TorchFiles.SampleStorage2)),
            seed: 4);

        Assert.InRange(outcome.Refused, Iterations / 2, Iterations);
        Assert.InRange(outcome.Accepted, 1, Iterations);
    }

    [Fact]
    public void DamagedLegacy()
    {
        var outcome = Attack(TorchFiles.SampleLegacy(), mutated => mutated, seed: 5);

        Assert.InRange(outcome.Refused, Iterations / 4, Iterations);
        Assert.InRange(outcome.Accepted, 1, Iterations);
    }

    [Fact]
    public void RandomOpcodes()
    {
        var random = new Random(6);
        var opcodes = Enum.GetValues<TruncatedTL.MLNet.Weights.PyTorch.PickleOpcode>().Select(opcode => (byte)opcode).ToArray();
        var start = new PickleWriter().Proto().Mark().Text("weight").Tensor("FloatStorage", "0", 12, 0, [2], [1]).EmptyDict().Put(0).EmptyTuple()
            .Global("collections", "OrderedDict").ToArray();
        for (var i = 0; i < Iterations; i++)
        {
            var tail = Enumerable.Range(0, random.Next(1, 60))
                .Select(_ => random.Next(3) == 0 ? (byte)random.Next(4) : opcodes[random.Next(opcodes.Length)]);
            LoadsOrRefuses(TorchFiles.Zip(new ZipWriter { WriteChecksums = false }, [.. start, .. tail, (byte)'.'], ("0", TorchFiles.SampleStorage0)));
        }
    }

    [Fact]
    public void EveryTruncation()
    {
        using var stream = new MemoryStream();
        WeightsFile.Load(new MemoryStream(TorchFiles.SampleZip())).SaveSafetensors(stream);
        foreach (var original in (byte[][])[stream.ToArray(), TorchFiles.SampleZip(), TorchFiles.SampleLegacy()])
        {
            for (var length = 0; length < original.Length; length++)
            {
                var bytes = original[..length];
                Assert.Throws<WeightsFormatException>(() => WeightsFile.Load(new MemoryStream(bytes), "cut.pth"));
            }
        }
    }

    private static (int Refused, int Accepted) Attack(byte[] original, Func<byte[], byte[]> wrap, int seed)
    {
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < Iterations; i++)
        {
            refused += LoadsOrRefuses(wrap(Mutate(original, random))) ? 0 : 1;
        }

        return (refused, Iterations - refused);
    }

    private static bool LoadsOrRefuses(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var file = WeightsFile.Load(new MemoryStream(bytes), "mutated.pth");
            foreach (var tensor in file.Tensors.Values)
            {
                Assert.Equal(tensor.Bytes.Length, tensor.ElementCount * tensor.ElementType.SizeBytes());
            }

            return true;
        }
        catch (WeightsException exception)
        {
            Assert.Contains("mutated.pth", exception.Message, StringComparison.Ordinal);
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Not a weights exception for {Convert.ToBase64String(bytes)}", exception);
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var change = random.Next(1, 4); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(40), bytes.Count - at)));
                    break;
                case 4:
                    OverwriteNumber(bytes, at, random);
                    break;
                case 5:
                    ReplaceDigits(bytes, at, random);
                    break;
            }
        }

        return [.. bytes];
    }

    // Lengths and counts: the values on which careless readers fail.
    private static void OverwriteNumber(List<byte> bytes, int at, Random random)
    {
        long[] numbers = [0, 1, -1, byte.MaxValue, ushort.MaxValue, int.MaxValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 31, bytes.Count, bytes.Count + 1];
        var number = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, numbers[random.Next(numbers.Length)]);
        var length = 1 << random.Next(4);
        for (var i = 0; i < length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }

    // The numbers of a JSON header.
    private static void ReplaceDigits(List<byte> bytes, int at, Random random)
    {
        var start = bytes.FindIndex(at, value => value is >= (byte)'0' and <= (byte)'9');
        if (start >= 0)
        {
            string[] texts = ["0", "-1", "4294967296", "9223372036854775807", "1e9", "99999999999999999999", ""];
            bytes.RemoveAt(start);
            bytes.InsertRange(start, Encoding.ASCII.GetBytes(texts[random.Next(texts.Length)]));
        }
    }
}
