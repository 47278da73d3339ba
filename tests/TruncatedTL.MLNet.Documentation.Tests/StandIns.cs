namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>
/// What surrounds a block when it is compiled. A block is a program of its own: it gets the namespaces below, and of the variables below those that it uses
/// and does not declare. Everything else it must say itself.
/// </summary>
internal static class StandIns
{
    private const string Values = "TruncatedTL.MLNet.Documentation.Tests.Surroundings";

    private static readonly Dictionary<string, string> Variables = new()
    {
        ["mlContext"] = $"var mlContext = {Values}.Context;",
        ["data"] = $"IDataView data = {Values}.Data;",
        ["train"] = $"IDataView train = {Values}.Train;",
        ["validation"] = $"IDataView validation = {Values}.Validation;",
        ["calibration"] = $"IDataView calibration = {Values}.Calibration;",
        ["test"] = $"IDataView test = {Values}.Test;",
        ["rows"] = $"IDataView rows = {Values}.Test;",
        ["scored"] = $"IDataView scored = {Values}.Scored;",
        ["images"] = $"LabelledImages images = {Values}.Images;",
        ["model"] = $"TransferLearningTransformer model = {Values}.Model;",
        ["trainer"] = $"var trainer = {Values}.BinaryTrainer;",
        ["options"] = "var options = new TransferLearningBinaryTrainer.Options();",
    };

    // Documents that speak of several classes.
    private static readonly Dictionary<(string File, string Name), string> Own = new()
    {
        [("docs/splitting.md", "data")] = $"IDataView data = {Values}.ClassData;",
        [("docs/splitting.md", "trainer")] = $"var trainer = {Values}.MulticlassTrainer;",
    };

    public static IReadOnlyList<string> Usings { get; } =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
        "Microsoft.ML", "Microsoft.ML.Data",
        "TruncatedTL.MLNet", "TruncatedTL.MLNet.Backbones", "TruncatedTL.MLNet.Data", "TruncatedTL.MLNet.Data.Formula", "TruncatedTL.MLNet.Evaluation",
        "TruncatedTL.MLNet.Experiments", "TruncatedTL.MLNet.Explanations", "TruncatedTL.MLNet.Imaging", "TruncatedTL.MLNet.Loading", "TruncatedTL.MLNet.Native", "TruncatedTL.MLNet.Networks",
        "TruncatedTL.MLNet.Preparation", "TruncatedTL.MLNet.Search", "TruncatedTL.MLNet.Splitting", "TruncatedTL.MLNet.Strategies",
        "TruncatedTL.MLNet.Training", "TruncatedTL.MLNet.Weights",
    ];

    /// <summary>The declaration of a variable of that name; null where there is none.</summary>
    public static string? Declaration(string file, string name) => Own.GetValueOrDefault((file, name)) ?? Variables.GetValueOrDefault(name);
}
