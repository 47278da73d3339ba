using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// What a guided search finds and costs on real images, against all cuts trained to their end. Both searches of a seed have the same trainings: the exhaustive one goes on from what the guided one
/// has trained, which changes nothing but the time. Each seed's folder can be gone on with.
/// </summary>
internal static class SearchBenchmark
{
    public static Command Command()
    {
        var data = new Option<string>("--data") { Description = "a MedMNIST .npz file with two classes", Required = true };
        var weights = new Option<string>("--weights") { Required = true };
        var images = new Option<int>("--images") { Description = "training images, drawn by class", DefaultValueFactory = _ => 1500 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 3 };
        var firstSeed = new Option<int>("--first-seed") { DefaultValueFactory = _ => 1 };
        var threads = new Option<int?>("--threads") { Description = "threads a training computes with" };
        var folder = new Option<string>("--folder") { Description = "where the experiments are kept", Required = true };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("search", "guided search against all cuts, on real images") { data, weights, images, size, seeds, firstSeed, threads, folder, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(data),
            result.GetRequiredValue(weights),
            result.GetRequiredValue(images),
            result.GetRequiredValue(size),
            Enumerable.Range(result.GetRequiredValue(firstSeed), result.GetRequiredValue(seeds)),
            result.GetValue(threads),
            result.GetRequiredValue(folder),
            result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(string path, string weights, int images, int size, IEnumerable<int> seeds, int? threads, string folder, string output)
    {
        using var file = MedMnistFile.Open(path);
        var name = Path.GetFileNameWithoutExtension(path);
        var (train, validation, test) = (file.Read(MedMnistSplit.Train).ToMemory(), file.Read(MedMnistSplit.Validation).ToMemory(), file.Read(MedMnistSplit.Test).ToMemory());
        var rows = new StringBuilder();
        var cuts = new StringBuilder();
        var sums = (Full: 0.0, Guided: 0.0, Control: 0.0, Exhaustive: 0.0);
        foreach (var seed in seeds)
        {
            var context = new MLContext(seed);
            IDataView View(LabelledImages set) => context.Data.LoadFromLabelledImages(set, set.ClassNames[1]);
            var drawn = View(ImageSubset.Draw(train, images, seed: 1));
            var guidedFolder = Path.Combine(folder, $"{name}-{seed}-guided");
            var exhaustiveFolder = Path.Combine(folder, $"{name}-{seed}-exhaustive");
            using var guided = Execute(context, seed, guidedFolder, SearchMethod.Guided());
            Reuse(guidedFolder, exhaustiveFolder, () => Experiment(context, seed, exhaustiveFolder, SearchMethod.Exhaustive()).Prepare(drawn, View(validation)));
            using var exhaustive = Execute(context, seed, exhaustiveFolder, SearchMethod.Exhaustive());

            var ledger = Ledger(guidedFolder);
            var full = exhaustive.RunDetails.Single(run => run.Name == "Full");
            var fullWork = (double)full.MacCount * full.History[0].Count * drawn.GetRowCount()!.Value;
            var (found, best) = (guided.BestRun, exhaustive.RunDetails.Single(run => run.Name == exhaustive.BestRun.Name));
            var exhaustiveWork = Ledger(exhaustiveFolder).SearchWork;
            sums = (sums.Full + fullWork, sums.Guided + ledger.SearchWork, sums.Control + ledger.ControlWork, sums.Exhaustive + exhaustiveWork);
            rows.AppendLine(CultureInfo.InvariantCulture,
                $"| {seed} | {best.Name} | {best.Score:0.000} | {Figure(best)} | {found.Name} | {found.Score:0.000} | {Figure(found)} | {Figure(full)} | {found.ParameterCount / 1e6:0.00}M / {full.ParameterCount / 1e6:0.00}M | {ledger.SearchWork / fullWork:0.00} | {ledger.ControlWork / fullWork:0.00} | {exhaustiveWork / fullWork:0.00} |");
            foreach (var run in exhaustive.RunDetails)
            {
                cuts.AppendLine(CultureInfo.InvariantCulture, $"| {seed} | {run.Name} | {run.ParameterCount / 1e6:0.00}M | {run.Score:0.0000} | {Figure(run)} | {run.History[0].Count} | {run.History[0].Last(epoch => epoch.IsBest).Epoch} |");
            }

            File.WriteAllText(output, Page(name, weights, drawn.GetRowCount()!.Value, validation.Count, test.Count, size, rows, sums, cuts));

            TransferLearningExperimentResult<MedicalBinaryMetrics> Execute(MLContext own, int ownSeed, string where, SearchMethod method) =>
                Experiment(own, ownSeed, where, method).Execute(drawn, View(validation), View(test), new Lines());
        }

        TransferLearningExperiment<MedicalBinaryMetrics> Experiment(MLContext context, int seed, string where, SearchMethod method) =>
            context.BinaryClassification.CreateTransferLearningExperiment(context, new BinaryExperimentSettings
            {
                WorkingFolder = where,
                Title = $"{name}, {method.Name}",
                Search = method,
                Trainer = new TransferLearningBinaryTrainer.Options { Weights = PretrainedWeights.FromFile(weights), InputSize = [size, size], Training = new() { Seed = seed, NumberOfThreads = threads } },
            });
    }

    // The trainings are the same, bit for bit: they depend on candidate, rows, options and seed, not on the search that asks for them.
    private static void Reuse(string from, string to, Action prepare)
    {
        prepare();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(from, "trials"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (!File.Exists(copy))
            {
                File.Copy(file, copy);
            }
        }
    }

    private static Reporting.ReportLedger Ledger(string path)
    {
        var folder = new ExperimentFolder(path);
        var plan = folder.ReadPlan()!;
        var data = new ExperimentData(folder, plan);
        return new WorkLedger(plan, data, new FolderEvidence(folder, plan, data)).ToReport();
    }

    private static string Figure(TransferLearningRunDetail<MedicalBinaryMetrics> run) =>
        run.TestMetrics?.AreaUnderRocCurve is { Value: { } value, Interval: { } interval }
            ? string.Create(CultureInfo.InvariantCulture, $"{value:0.000} ({interval.Lower:0.000} to {interval.Upper:0.000})")
            : "undefined";

    private static string Page(string name, string weights, long train, int validation, int test, int size, StringBuilder rows, (double Full, double Guided, double Control, double Exhaustive) sums, StringBuilder cuts) =>
        string.Create(CultureInfo.InvariantCulture, $"""
            # Search for the cut on {name}: guided against exhaustive

            {train} training images (drawn by class), {validation} validation and {test} test images of the official split, {size} px, weights {Path.GetFileName(weights)}, the library's default recipe.
            Exhaustive: all cuts to their end, the highest validation AUROC wins. Guided: the default search. Test figures (AUROC, 95 % interval by DeLong) were read after the choice.
            Cost: multiply-accumulates x images x epochs in units of one full fine-tuning of the same seed, the winner's own training included; the control (full transfer to its end) apart.

            | seed | exhaustive pick | validation | test | guided pick | validation | test | full transfer, test | parameters, guided / full | cost of guided | control | cost of exhaustive |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            {rows}
            All seeds together, the sum of the searches by the sum of the full fine-tunings: guided {sums.Guided / sums.Full:0.00}, control {sums.Control / sums.Full:0.00}, exhaustive {sums.Exhaustive / sums.Full:0.00}.

            All cuts, trained to their end:

            | seed | candidate | parameters | validation AUROC | test AUROC | epochs | best epoch |
            |---|---|---|---|---|---|---|
            {cuts}
            """);

    private sealed class Lines : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Elapsed:hh\\:mm\\:ss} left {value.Remaining:hh\\:mm\\:ss} {value.Message}"));
    }
}
