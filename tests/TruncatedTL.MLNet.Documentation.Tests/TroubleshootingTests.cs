using System.Text.RegularExpressions;
using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>Whoever meets an error finds it in the document.</summary>
public sealed partial class TroubleshootingTests
{
    private const string File = "docs/troubleshooting.md";

    private static readonly string[] PublicExceptions =
    [
        .. typeof(TransferLearningCatalog).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Exception))).Select(type => type.Name).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Every_public_exception_has_an_entry_and_every_entry_an_exception()
    {
        var entries = Heading().Matches(Documents.Read(File)).Select(match => match.Groups[1].Value).ToArray();

        Assert.True(PublicExceptions.Length > 15);
        Assert.Equal(PublicExceptions, entries.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_entry_says_something()
    {
        var parts = Documents.Read(File).Split("\n### ").Skip(1).Select(part => part.Split("\n## ")[0]);

        Assert.All(parts, part => Assert.True(part.Length - part.IndexOf('\n') > 80, part));
    }

    [Fact]
    public void Every_cause_of_a_missing_back_end_has_a_remedy() =>
        Assert.All(Enum.GetNames<TorchBackendFailureCause>().Except([nameof(TorchBackendFailureCause.Unknown)]), cause => Assert.Contains($"`{cause}`", Documents.Read(File)));

    [GeneratedRegex("^### (\\w+Exception)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
