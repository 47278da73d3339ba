using System.Reflection;
using DicomPatients;
using Xunit;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>The programs that a newcomer tries first do what the text says. They run one after the other, each in a folder of its own.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _former = Environment.CurrentDirectory;
    private readonly string _folder = Directory.CreateTempSubdirectory("truncatedtl-documents-").FullName;

    public ProgramTests() => Environment.CurrentDirectory = _folder;

    [Fact]
    public void The_program_of_README_runs_on_a_DICOM_archive()
    {
        DicomArchive.Create(Path.Combine(_folder, "archive"), patientsPerClass: 10, imagesPerPatient: 2, "normal", "pneumonia");

        var output = Run(Documents.Blocks("README.md")[0]);

        Assert.Contains("AUROC", output);
        Assert.True(File.Exists("model.zip"));
    }

    [Fact]
    public void The_experiment_of_README_goes_on_from_the_rows_of_the_program_before_it()
    {
        DicomArchive.Create(Path.Combine(_folder, "archive"), patientsPerClass: 10, imagesPerPatient: 2, "normal", "pneumonia");
        var blocks = Documents.Blocks("README.md");

        var output = Run(blocks[0] with { Code = $"{blocks[0].Code}\n{blocks[1].Code}" });

        Assert.Contains("that were trained to their end", output);
        Assert.True(File.Exists(Path.Combine("experiment", "report.html")));
    }

    [Fact]
    public void The_programs_of_getting_started_run_in_their_order()
    {
        var blocks = Documents.Blocks("docs/getting-started.md");
        Assert.Equal(3, blocks.Count);

        Assert.Contains("300 images of benign-like and malignant-like", Run(blocks[0]));
        var training = Run(blocks[1]);
        Assert.Contains("epoch 8/8", training);
        Assert.Contains("sensitivity of at least 0.9", training);
        Assert.Contains("AUROC", training);
        Assert.True(File.Exists("model.safetensors"));
        Assert.Matches(@"^(True|False) \(0\.\d{3}\)", Run(blocks[2]));
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _former;
        Directory.Delete(_folder, recursive: true);
    }

    private static string Run(CodeBlock block)
    {
        var entry = BlockCompiler.Load(block).EntryPoint!;
        var former = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            entry.Invoke(obj: null, BindingFlags.DoNotWrapExceptions, binder: null, [Array.Empty<string>()], culture: null);
        }
        finally
        {
            Console.SetOut(former);
        }

        return output.ToString();
    }
}
