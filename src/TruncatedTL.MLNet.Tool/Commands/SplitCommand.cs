using System.CommandLine;
using Spectre.Console;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Results;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Divides a data set and writes the division as a table.</summary>
internal sealed class SplitCommand : ToolCommand
{
    // What the near duplicates are looked for on; also what proves that a file can be read.
    private static readonly int[] FingerprintSize = [64, 64];

    private readonly DataOptions _data = new();
    private readonly ToolOption<string> _output = ToolOption<string>.WithDefault("--output", "the table to write", "split.csv", isPath: true);

    public SplitCommand()
        : base("split", "Divide a data set into training, validation and test images, by class and by patient, and write the division as a table.")
    {
        _data.AddTo(this);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["ttl split --data chest-x-rays --output split.csv", "ttl split --data images.csv --patient-column patient_id --test-fraction 0.3 --seed 7", "ttl train --data split.csv"];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        var source = new DataSource(_data, parsed, context);
        if (source.Kind is SourceKind.Npz or SourceKind.Formula)
        {
            throw new UsageException("Only files can be listed in a table; this data set brings its own division.");
        }

        var mlContext = context.CreateMLContext(parsed.GetValue(_data.Seed));
        var output = parsed.GetValue(_output)!;
        var task = source.Load(mlContext, axes => axes == 2 ? FingerprintSize : [32, 32, 32]);
        if (task.Division is not { Partition: { } partition } split)
        {
            throw new UsageException("The table says already which image belongs where. Take its column of splits away to have it divided anew.");
        }

        mlContext.Data.SaveSplitTable(split, output, groupColumnName: task.GroupColumn);
        var duplicates = mlContext.Data.FindDuplicates(split);
        var parts = Count(partition);
        return new(
            new { Table = output, Patients = task.GroupColumn is not null, Parts = parts.Select(part => new { part.Split, part.Class, part.Images }), ExactDuplicates = duplicates.ExactCount, NearDuplicates = duplicates.NearCount, task.Skipped },
            console =>
            {
                var splits = parts.Select(part => part.Split).Distinct().ToArray();
                var table = Tables.Create(["class", .. splits]);
                foreach (var group in parts.GroupBy(part => part.Class))
                {
                    table.Add([group.Key, .. group.Select(part => part.Images.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
                }

                console.Results.Write(table);
                console.Output.WriteLine(task.GroupColumn is null ? "No patient is known: each image is taken for a patient of its own." : "No patient is in two parts.");
                console.Output.WriteLine(duplicates.ToString());
                console.Output.WriteLine($"The table is {output}.");
            });
    }

    private static (string Split, string Class, int Images)[] Count(RowPartition partition) =>
        [.. from c in Enumerable.Range(0, partition.ClassNames.Count)
            from part in Enumerable.Range(0, partition.PartNames.Count)
            select (partition.PartNames[part], partition.ClassNames[c], partition.RowCounts[part][c])];
}
