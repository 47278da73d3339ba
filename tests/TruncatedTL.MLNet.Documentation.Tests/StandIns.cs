namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>
/// What surrounds a block when it is compiled. A block is a program of its own: it gets the namespaces below, and of the variables below those that it uses
/// and does not declare. Everything else it must say itself.
/// </summary>
internal static class StandIns
{
    public static IReadOnlyList<string> Usings { get; } =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
        "Microsoft.ML", "Microsoft.ML.Data",
        "TruncatedTL.MLNet", "TruncatedTL.MLNet.Backbones", "TruncatedTL.MLNet.Data", "TruncatedTL.MLNet.Data.Formula", "TruncatedTL.MLNet.Evaluation",
        "TruncatedTL.MLNet.Experiments", "TruncatedTL.MLNet.Explanations", "TruncatedTL.MLNet.Imaging", "TruncatedTL.MLNet.Loading", "TruncatedTL.MLNet.Native", "TruncatedTL.MLNet.Networks",
        "TruncatedTL.MLNet.Preparation", "TruncatedTL.MLNet.Search", "TruncatedTL.MLNet.Splitting", "TruncatedTL.MLNet.Strategies",
        "TruncatedTL.MLNet.Training", "TruncatedTL.MLNet.Weights",
    ];

    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["mlContext"] = "var mlContext = new MLContext(seed: 1);",
        ["data"] = "IDataView data = null!;",
        ["train"] = "IDataView train = null!;",
        ["validation"] = "IDataView validation = null!;",
        ["calibration"] = "IDataView calibration = null!;",
        ["test"] = "IDataView test = null!;",
        ["rows"] = "IDataView rows = null!;",
        ["scored"] = "IDataView scored = null!;",
        ["images"] = "LabelledImages images = null!;",
        ["model"] = "TransferLearningTransformer model = null!;",
        ["fitted"] = "TransferLearningTransformer fitted = null!;",
        ["trainer"] = "TransferLearningMulticlassTrainer trainer = null!;",
        ["options"] = "var options = new TransferLearningBinaryTrainer.Options();",
    };
}
