using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>The most memory that training on volumes takes, each network in a process of its own.</summary>
internal static class MemoryBenchmark
{
    private const int Batches = 3;

    public static Command Command()
    {
        var size = new Option<int>("--size") { Description = "voxels a side", DefaultValueFactory = _ => 64 };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 8 };
        var only = new Option<string?>("--only") { Description = "one network, in this process" };
        var output = new Option<string?>("--output");
        var command = new Command("memory", "peak memory of training on volumes, network by network") { size, batch, only, output };
        command.SetAction(result =>
        {
            if (result.GetValue(only) is { } name)
            {
                TrainOne(name, result.GetRequiredValue(size), result.GetRequiredValue(batch));
            }
            else
            {
                RunAll(result.GetRequiredValue(size), result.GetRequiredValue(batch), result.GetValue(output));
            }
        });
        return command;
    }

    private static void RunAll(int size, int batch, string? output)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"# Peak memory of training on volumes of {size} x {size} x {size}, batch {batch}");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"Largest resident memory of a process that trains a whole network (full transfer, AdamW) for {Batches} batches, .NET and libtorch included.");
        table.AppendLine();
        table.AppendLine("| network | parameters | peak memory |");
        table.AppendLine("|---|---|---|");
        foreach (var name in Backbone.Names.Where(name => Backbone.Create(name).SpatialRank == 3))
        {
            var line = $"| {name} | {Backbone.Create(name).Cuts[^1].Parameters / 1e6:0.0}M | {ChildProcess.Run("memory", "--only", name, "--size", $"{size}", "--batch", $"{batch}")} |";
            Console.WriteLine(line);
            table.AppendLine(line);
            if (output is not null)
            {
                File.WriteAllText(output, table.ToString());
            }
        }
    }

    private static void TrainOne(string name, int size, int batch)
    {
        var context = new MLContext(seed: 1);
        var volumes = context.Data.LoadFromFormulaVolumes(new FormulaVolumeOptions { Classes = 2, InstancesPerClass = batch * Batches / 2, Size = size });
        var options = new PretrainingOptions { Backbone = name, Normalization = new PixelNormalization(255, [0.5], [0.25]) };
        options.Training.MaxEpochs = 1;
        options.Training.BatchSize = batch;
        options.Training.ValidationFraction = 0;
        context.Pretrain(volumes, options);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:0.00} GB"));
    }
}
