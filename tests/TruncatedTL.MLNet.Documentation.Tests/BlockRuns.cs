namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>The blocks that do not run just as they stand, by document and place in it.</summary>
internal static class BlockRuns
{
    private static readonly Dictionary<(string File, int Index), BlockRun> Special = new()
    {
        [("docs/choosing-a-cut.md", 1)] = new BlockRun
        {
            Use = """
                using var result = mlContext.BinaryClassification.CreateTransferLearningExperiment(mlContext, new BinaryExperimentSettings
                {
                    WorkingFolder = "experiment",
                    Search = new TopDownSearch(),
                    Cuts = ["layer1.0", "layer1.1", "layer2.0"],
                    Trainer = new TransferLearningBinaryTrainer.Options { Training = new() { MaxEpochs = 2 } },
                }).Execute(train, validation);
                Console.WriteLine(result.Reason);
                """,
            Printed = "is the last that did no harm.",
        },
        [("docs/deploying.md", 1)] = new BlockRun { Use = "Console.WriteLine(Predict(new Input { Image = new byte[64 * 64] }).Probability + Predict(new Input { Image = new byte[64 * 64] }).Probability);" },
        [("docs/deploying.md", 2)] = new BlockRun { Printed = "8 bits: probabilities of 20 images change by" },
        [("docs/evaluation.md", 0)] = new BlockRun { Printed = "malignant" },
        [("docs/evaluation.md", 2)] = new BlockRun { Printed = "difference 0.016 (95 % CI -0.001 to 0.033, corrected resampled t) [5 folds find a difference of 0.022 80 times in 100], p = 0.056: not distinguishable" },
        [("docs/experiments.md", 0)] = new BlockRun { Printed = "AUROC" },
        [("docs/explanations.md", 0)] = new BlockRun { Printed = "GradCam at layer2.1: " },
        [("docs/extending.md", 0)] = new BlockRun
        {
            Use = """
                var scan = ImageReaders.Read("scan.rawscan");
                Console.WriteLine($"{scan.Values[7]} of {string.Join(" x ", scan.SpatialShape)}");
                """,
            Printed = "-1024 of 4 x 6",
        },
        [("docs/extending.md", 1)] = new BlockRun
        {
            User = """
                using System.Linq;
                using TruncatedTL.MLNet.Backbones;

                public static class User
                {
                    public static string Text() => string.Join(' ', PlainFamily.All.Single().Build(new BackboneRecipe(InputChannels: 3)).Select(unit => $"{unit.Name}:{unit.Channels}"));
                }
                """,
            Printed = "conv1:32 conv2:64 conv3:128 conv4:256",
        },
        [("docs/extending.md", 2)] = new BlockRun
        {
            User = """
                using System.Linq;
                using TruncatedTL.MLNet.Backbones;
                using TruncatedTL.MLNet.Strategies;

                public static class User
                {
                    public static string Text()
                    {
                        var strategy = new FrozenTruncation("layer2.1", 2);
                        var units = strategy.Resolve(Backbone.Create("resnet18")).Units;
                        return $"{strategy}: {units.Count} units, {units.Count(unit => unit.Frozen)} of them frozen";
                    }
                }
                """,
            Printed = "FrozenTruncation(layer2.1, frozen=2): 5 units, 2 of them frozen",
        },
        [("docs/images.md", 0)] = new BlockRun { Printed = "16 images (0 skipped), 16 in memory" },
        [("docs/splitting.md", 0)] = new BlockRun { Printed = "duplicate" },
        [("docs/weights.md", 1)] = new BlockRun { Smaller = [("Classes = 200, ImagesPerClass = 100", "Classes = 4, ImagesPerClass = 6"), ("License = ", "Training = new() { MaxEpochs = 1 }, License = ")] },
        [("docs/your-data.md", 1)] = new BlockRun { Printed = "40 images (0 skipped), 40 in memory" },
        [("docs/your-data.md", 2)] = new BlockRun { Printed = "AUROC" },
        [("docs/your-data.md", 4)] = new BlockRun { Printed = "benign-like" },
        [("src/TruncatedTL.MLNet/PACKAGE.md", 0)] = new BlockRun { Printed = "AUROC" },
    };

    /// <summary>How the block at a place of a document is run.</summary>
    public static BlockRun For(string file, int index) => Special.GetValueOrDefault((file, index)) ?? new BlockRun();

    /// <summary>Places that something is said about.</summary>
    public static IEnumerable<(string File, int Index)> Places => Special.Keys;
}
