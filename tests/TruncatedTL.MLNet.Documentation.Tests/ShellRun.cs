namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>How a block of shell commands is run: as it stands, but for what is said here.</summary>
internal sealed record ShellRun
{
    /// <summary>Why it is not run, and what runs it; then only its syntax and the paths that it names are checked.</summary>
    public string? ReasonNotRun { get; init; }

    /// <summary>Texts that are replaced before it runs, where what stands there would take hours.</summary>
    public (string From, string To)[] Smaller { get; init; } = [];

    /// <summary>Commands before it.</summary>
    public string Before { get; init; } = string.Empty;

    /// <summary>Commands behind it.</summary>
    public string After { get; init; } = string.Empty;

    /// <summary>Files that must be there afterwards.</summary>
    public string[] Written { get; init; } = [];

    /// <summary>A part of what is printed.</summary>
    public string Printed { get; init; } = string.Empty;

    /// <summary>The blocks that do not run just as they stand, by document and place in it.</summary>
    public static ShellRun For(string file, int index) => Special.GetValueOrDefault((file, index)) ?? new ShellRun();

    /// <summary>Places that something is said about.</summary>
    public static IEnumerable<(string File, int Index)> Places => Special.Keys;

    private const string Packs = "Packages are made, installed and used by the tests of TruncatedTL.MLNet.Packaging.Tests.";
    private const string OwnHome = "It wants a clone and a home of its own.";

    private static readonly Dictionary<(string File, int Index), ShellRun> Special = new()
    {
        // The test of the solution is what runs this.
        [("README.md", 0)] = new ShellRun { Smaller = [("examples/CompareStrategies ", "examples/CompareStrategies -- --epochs 2 ")], Written = ["compare-output/model.zip", "compare-output/report.html"], Printed = "test AUROC" },
        [("README.md", 1)] = new ShellRun
        {
            Smaller =
            [
                ("--size 64   #", "--size 32 --epochs 1 #"),
                ("resnet18.pth --size 64", "resnet18.safetensors --size 32 --epochs 1"),
                ("resnet50.safetensors --backbone resnet50 --size 224", "resnet18.safetensors --backbone resnet18 --size 32 --epochs 1"),
            ],
            Written = ["compare-breastmnist/model.zip", "compare-folder-with-one-subfolder-per-class/model.zip"],
        },
        [("docs/air-gapped.md", 0)] = new ShellRun { ReasonNotRun = OwnHome },
        [("docs/air-gapped.md", 1)] = new ShellRun { ReasonNotRun = OwnHome },
        [("docs/air-gapped.md", 2)] = new ShellRun { ReasonNotRun = Packs },
        [("docs/air-gapped.md", 3)] = new ShellRun { Before = "echo model > model.zip", Printed = "  model.zip" },
        [("docs/air-gapped.md", 4)] = new ShellRun { ReasonNotRun = "It serves until it is stopped; ServeModel.Tests starts the same program." },
        [("docs/command-line.md", 0)] = new ShellRun { Smaller = [("train --data formula ", "train --data formula --epochs 1 --formula-images 20 ")], Printed = "ttl" },
        [("docs/command-line.md", 1)] = new ShellRun { ReasonNotRun = Packs },
        [("docs/command-line.md", 2)] = new ShellRun { Written = ["breast.csv", "experiment/model.zip", "experiment/report.html"], Printed = "AUROC" },
        [("docs/command-line.md", 3)] = new ShellRun
        {
            Smaller = [("--epochs 60", "--epochs 1"), ("--strategy", "--epochs 1 --strategy")],
            Written = ["archive.safetensors"],
        },
        [("docs/deploying.md", 0)] = new ShellRun { ReasonNotRun = "It serves until it is stopped; ServeModel.Tests starts the same program." },
        [("docs/getting-started.md", 0)] = new ShellRun { ReasonNotRun = Packs },
        [("docs/getting-started.md", 1)] = new ShellRun { ReasonNotRun = Packs },
        [("docs/getting-started.md", 2)] = new ShellRun { ReasonNotRun = "It serves until it is stopped; ServeModel.Tests starts the same program." },
        [("docs/getting-started.md", 3)] = new ShellRun { ReasonNotRun = "It asks the service of the block before; ServeModel.Tests sends the same request." },
        [("docs/gpu.md", 0)] = new ShellRun { ReasonNotRun = "It wants packages for a GPU." },
        [("docs/job-arrays.md", 0)] = new ShellRun { ReasonNotRun = "It wants a scheduler; scripts/slurm/check-array.sh sets one up and runs it." },
        [("docs/job-arrays.md", 1)] = new ShellRun { ReasonNotRun = "It wants a cluster; scripts/kubernetes/check-jobs.sh runs the loop without one." },
        [("docs/job-arrays.md", 2)] = new ShellRun
        {
            Before = "ttl compare --data formula --formula-images 10 --size 32 --epochs 1 --cuts layer1.0 layer1.1 --threads 1 --output experiment --plan",
            After = "ttl compare --output experiment --merge",
            Written = ["experiment/round.json", "experiment/model.zip"],
        },
        [("CONTRIBUTING.md", 0)] = new ShellRun { ReasonNotRun = "It builds and tests everything, this test among it." },
    };
}
