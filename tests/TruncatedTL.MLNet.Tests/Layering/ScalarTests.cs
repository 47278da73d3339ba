using System.Text.RegularExpressions;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Layering;

/// <summary>No plain number reaches libtorch through a factor that nobody sees (<c>Scalars</c> tells why).</summary>
public sealed partial class ScalarTests
{
    [Theory]
    [InlineData("Networks")]
    [InlineData("Training")]
    public void Every_sum_names_its_factor(string folder)
    {
        var files = Directory.GetFiles(Path.Combine(RepositoryFiles.Root, "src", "TruncatedTL.MLNet", folder), "*.cs");
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => Sums(File.ReadAllText(file)).Where(sum => !HasTwoArguments(sum)).Select(sum => $"{Path.GetFileName(file)}: {sum}")));
    }

    [Theory]
    [InlineData(".add_(x, y)", true)]
    [InlineData(".add(f(x, y), z)", true)]
    [InlineData(".add_(x)", false)]
    [InlineData(".add(f(x, y))", false)]
    public void It_tells_one_argument_from_two(string call, bool hasTwo) => Assert.Equal(hasTwo, HasTwoArguments(Assert.Single(Sums(call))));

    private static IEnumerable<string> Sums(string code) => Call().Matches(code).Select(match => code[match.Index..End(code, match.Index + match.Length)]);

    private static int End(string code, int inside)
    {
        var depth = 1;
        while (depth > 0)
        {
            depth += code[inside] is '(' or '[' ? 1 : code[inside] is ')' or ']' ? -1 : 0;
            inside++;
        }

        return inside;
    }

    private static bool HasTwoArguments(string call)
    {
        var depth = 0;
        return call.Any(letter =>
        {
            depth += letter is '(' or '[' ? 1 : letter is ')' or ']' ? -1 : 0;
            return letter == ',' && depth == 1;
        });
    }

    [GeneratedRegex(@"\.add_?\(")]
    private static partial Regex Call();
}
