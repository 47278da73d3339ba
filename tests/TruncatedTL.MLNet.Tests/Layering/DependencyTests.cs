using System.Runtime.CompilerServices;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Layering;

/// <summary>Who may know whom; docs/architecture.md shows the same as a picture.</summary>
public sealed class DependencyTests
{
    private const string Root = "TruncatedTL.MLNet";

    // Each folder of the library, the folders it may use, and the packages it may use besides the framework.
    private static readonly Dictionary<string, (string[] Folders, string[] Packages)> Allowed = new()
    {
        ["Backbones"] = ([], []),
        ["Data"] = (["Files"], []),
        ["Evaluation"] = ([], []),
        ["Explanations"] = (["Backbones", "Strategies", "Weights", "Networks", "Files", "Native"], ["TorchSharp"]),
        ["Files"] = ([], []),
        ["Imaging"] = (["Data", "Files"], ["BitMiracle.LibTiff", "JpegLibrary", "SkiaSharp"]),
        ["Native"] = ([], ["TorchSharp"]),
        ["Weights"] = (["Files"], []),
        ["Splitting"] = (["Data"], []),
        ["Probing"] = (["Backbones", "Strategies", "Networks", "Training", "Evaluation", "Splitting"], ["TorchSharp"]),
        ["Preparation"] = (["Imaging", "Data"], []),
        ["Loading"] = (["Preparation", "Imaging", "Splitting", "Data"], []),
        ["Strategies"] = (["Backbones"], []),
        ["Search"] = (["Backbones"], []),
        ["Reporting"] = (["Search", "Training", "Evaluation", "Files"], []),
        ["Networks"] = (["Backbones", "Strategies", "Weights"], ["TorchSharp"]),
        ["Onnx"] = (["Backbones", "Strategies", "Weights", "Networks", "Preparation"], ["Google.Protobuf"]),
        ["Training"] = (["Backbones", "Strategies", "Weights", "Networks", "Evaluation", "Files"], ["TorchSharp"]),
        ["Ingestion"] = (["Training", "Networks", "Onnx", "Preparation", "Files", "Splitting", "Data"], ["Microsoft.ML"]),
        ["Scoring"] = (["Ingestion", "Files"], ["Microsoft.ML"]),
        ["Experiments"] = (
            ["Search", "Training", "Networks", "Strategies", "Backbones", "Weights", "Evaluation", "Onnx", "Scoring", "Reporting", "Probing", "Native", "Files"],
            ["TorchSharp"]),
    };

    public static TheoryData<string> Folders => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_what_it_may_know(string folder)
    {
        var (folders, packages) = Allowed[folder];
        var offences = TypesIn(folder)
            .SelectMany(type => TypeReferences.Of(type).Select(used => (type, used)))
            .Where(pair => !IsAllowed(pair.used, [folder, .. folders], packages))
            .Select(pair => $"{pair.type.FullName} uses {pair.used.FullName}")
            .Distinct()
            .Order()
            .ToArray();
        Assert.True(offences.Length == 0, string.Join('\n', offences.Take(20)));
    }

    [Fact]
    public void Every_folder_has_its_rule()
    {
        var folders = Types().Select(FolderOf).OfType<string>().Where(f => f.Length > 0).Distinct().Order();
        Assert.Equal(Allowed.Keys.Order(), folders);
    }

    [Fact]
    public void The_test_sees_dependencies_inside_method_bodies()
    {
        // A law that cannot fail proves nothing: the trainers' root folder does use TorchSharp, in a method body only.
        var used = TypeReferences.Of(typeof(NetworkTrainer)).Select(type => type.Assembly.GetName().Name);
        Assert.Contains("TorchSharp", used);
        Assert.Contains(TypesIn("Training").SelectMany(TypeReferences.Of), type => FolderOf(type) == "Evaluation");
    }

    private static bool IsAllowed(Type used, string[] folders, string[] packages)
    {
        if (used.IsGenericParameter)
        {
            return true;
        }

        var assembly = used.Assembly.GetName().Name!;
        if (assembly == Root)
        {
            return FolderOf(used) is not { } folder || folders.Contains(folder);
        }

        return assembly.StartsWith("System", StringComparison.Ordinal)
            || packages.Any(package => assembly == package || assembly.StartsWith(package + ".", StringComparison.Ordinal));
    }

    // Null for what the compiler puts outside any namespace; empty for the root folder.
    private static string? FolderOf(Type type)
    {
        if (type.Assembly.GetName().Name != Root || type.Namespace is not { } name || !name.StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        return name.Length == Root.Length ? string.Empty : name[(Root.Length + 1)..].Split('.')[0];
    }

    private static IEnumerable<Type> TypesIn(string folder) => Types().Where(type => FolderOf(type) == folder);

    private static IEnumerable<Type> Types() => typeof(TransferLearningCatalog).Assembly.GetTypes()
        .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) || type.IsNested);
}
