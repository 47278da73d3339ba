using System.CommandLine;
using System.Runtime.InteropServices;
using SharpFuzz;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Tests.Reliability.Hostile;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>What <c>scripts/fuzz-guided.sh</c> needs of .NET: seeds, a library that tells AFL++ which way it went, and a program that AFL++ feeds.</summary>
internal static class GuidedCommand
{
    private const string Name = "fuzz-guided";

    // What SharpFuzz and AFL++ take for the size of their map.
    private const int MapBytes = 1 << 16;

    // One sample each of what is most to be feared; a sample behind a checksum or in an archive is fed to the parser within it.
    private static readonly (string Target, string Sample)[] Targets =
    [
        ("Safetensors", "plain.safetensors"),
        ("PyTorch", "zip.pth"),
        ("PyTorch", "pickle.pth"),
        ("PyTorchLegacy", "legacy.th"),
        ("Onnx", "preprocessing.onnx"),
        ("Checkpoint", "progress.json"),
        ("Plan", "plan.json"),
    ];

    /// <summary>An instrumented library writes into memory of AFL++, which is there only while a target is fed; until then other memory stands for it.</summary>
    /// <param name="args">Arguments of the program, which may be another command.</param>
    public static unsafe void Prepare(string[] args)
    {
        if (args is [Name, ..])
        {
            SharpFuzz.Common.Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(MapBytes);
        }
    }

    public static Command Command()
    {
        var target = new Argument<string>("target");
        var sample = new Argument<string>("sample");
        var path = new Argument<string>("path");
        var list = new Command("list", "prints the targets with their samples");
        list.SetAction(_ => Console.WriteLine(string.Join('\n', Targets.Select(pair => $"{pair.Target} {pair.Sample}"))));
        var seed = new Command("seed", "writes a sample to a file") { target, sample, path };
        seed.SetAction(result => File.WriteAllBytes(result.GetRequiredValue(path), Sample(result.GetRequiredValue(target), result.GetRequiredValue(sample)).Content));
        var instrument = new Command("instrument", "writes calls into a library, in place, that tell which way it goes") { path };
        instrument.SetAction(result => Console.WriteLine($"{Fuzzer.Instrument(result.GetRequiredValue(path), _ => true, SharpFuzz.Options.Value).Count()} types instrumented"));
        var run = new Command("run", "feeds a target with what AFL++ sends; its files go into a folder") { target, sample, path };
        run.SetAction(result => Run(result.GetRequiredValue(target), result.GetRequiredValue(sample), result.GetRequiredValue(path)));
        var replay = new Command("replay", "reads one file as AFL++ had it read, and says what came of it") { target, sample, path };
        replay.SetAction(result => Replay(result.GetRequiredValue(target), result.GetRequiredValue(sample), result.GetRequiredValue(path)));
        var command = new Command(Name, "works for scripts/fuzz-guided.sh") { list, seed, instrument, run, replay };
        command.Hidden = true;
        return command;
    }

    private static void Run(string targetName, string sampleName, string folder)
    {
        Directory.CreateDirectory(folder);
        var target = HostileTargets.All.Single(candidate => candidate.Name == targetName);
        var sample = Sample(targetName, sampleName);
        Fuzzer.Run(stream =>
        {
            using var content = new MemoryStream();
            stream.CopyTo(content);
            try
            {
                Read(target, sample, content.ToArray(), folder);
            }
            catch (Exception error) when (target.IsRefusal(error))
            {
                // As documented; every other exception reaches AFL++ as a crash.
            }
        });
    }

    private static int Replay(string targetName, string sampleName, string path)
    {
        var target = HostileTargets.All.Single(candidate => candidate.Name == targetName);
        var folder = Directory.CreateTempSubdirectory("truncatedtl-replay-").FullName;
        try
        {
            Read(target, Sample(targetName, sampleName), File.ReadAllBytes(path), folder);
            Console.WriteLine("read");
            return 0;
        }
        catch (Exception error)
        {
            Console.WriteLine(target.IsRefusal(error) ? $"refused: {error.Message}" : error.ToString());
            return target.IsRefusal(error) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Read(HostileTarget target, SampleFile sample, byte[] content, string folder) => target.Read(sample.Wrap is null ? content : sample.Wrap(content), sample.Name, folder);

    private static SampleFile Sample(string target, string name) => HostileTargets.All.Single(candidate => candidate.Name == target).Samples.Value.Single(sample => sample.Name == name);
}
