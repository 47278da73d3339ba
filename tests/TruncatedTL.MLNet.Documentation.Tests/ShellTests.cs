using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>
/// The shell commands of the documents, run by the shell in a folder that has the files they speak of. 'ttl' and what 'dotnet run' names are the programs that the build has made; of a benchmark, which may take
/// hours, the command and its options are looked for in its help.
/// </summary>
[Collection(nameof(WorkingFolder))]
public sealed partial class ShellTests
{
    private const string Commands = """
        #!/bin/bash
        set -euo pipefail
        case $1 in
        run)
            shift
            project= name=
            while [ $# -gt 0 ] && [ "$1" != -- ]; do
                case $1 in --project) project=$2; shift ;; esac
                shift
            done
            [ $# -gt 0 ] && shift
            name=$(basename "$project")
            [ "$name" = TruncatedTL.MLNet.Tool ] && name=ttl
            program="$ROOT/$project/bin/Release/net10.0/$name.dll"
            [ -e "$program" ] || { echo "$program is not there: build the solution." >&2; exit 1; }
            if [ "$name" = TruncatedTL.MLNet.Benchmarks ]; then
                help=$("$DOTNET" "$program" "$1" --help)
                for word in "$@"; do
                    case $word in --*) grep -q -- "$word" <<< "$help" || { echo "'$1' has no option $word" >&2; exit 1; } ;; esac
                done
                exit 0
            fi
            exec "$DOTNET" "$program" "$@"
            ;;
        *.dll) program=$1; shift; exec "$DOTNET" "$ROOT/$program" "$@" ;;
        build|test) [ -e "$ROOT/${!#}" ] || { echo "${!#} is not there." >&2; exit 1; } ;;
        *) echo "What is 'dotnet $1'?" >&2; exit 1 ;;
        esac
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static TheoryData<string, int> Blocks => Documents.Places(Documents.All, Documents.ShellBlocks);

    [SkippableTheory]
    [MemberData(nameof(Blocks))]
    public void A_shell_block_runs(string file, int index)
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no bash.");
        var block = Documents.ShellBlocks(file)[index];
        var run = ShellRun.For(file, index);
        var (code, _, error) = Bash(["-n", "-c", block.Code], Documents.Root);
        Assert.True(code == 0, error);
        var named = RepositoryPath().Matches(block.Code).Select(match => match.Value.TrimEnd('.')).Where(path => !path.Contains("/bin/", StringComparison.Ordinal));
        Assert.DoesNotContain(named, path => !Path.Exists(Path.Combine(Documents.Root, path)));
        if (run.ReasonNotRun is not null)
        {
            return;
        }

        var text = block.Code;
        foreach (var (from, to) in run.Smaller)
        {
            Assert.Contains(from, text);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        using var folder = new WorkingFolder(string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => $"\"{word}\"")));
        WriteCommand("dotnet", Commands);
        WriteCommand("ttl", "#!/bin/bash\nexec dotnet run --project src/TruncatedTL.MLNet.Tool -- \"$@\"\n");

        var (exit, output, errors) = Bash(["-euo", "pipefail", "-c", $"{run.Before}\n{text}\n{run.After}"], Environment.CurrentDirectory);

        Assert.True(exit == 0, $"{block} ended with {exit}.\n{output}\n{errors}");
        Assert.Contains(run.Printed, output);
        Assert.All(run.Written, path => Assert.True(File.Exists(path), $"{path} was not written."));
    }

    [Fact]
    public void What_is_said_about_shell_blocks_is_about_blocks_that_exist() => Assert.DoesNotContain(ShellRun.Places, place => Documents.ShellBlocks(place.File).Count <= place.Index);

    private static void WriteCommand(string name, string text)
    {
        var path = Path.Combine(Directory.CreateDirectory("commands").FullName, name);
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private static (int Code, string Output, string Error) Bash(IReadOnlyList<string> arguments, string folder)
    {
        var start = new ProcessStartInfo("bash", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ROOT"] = Documents.Root;
        var path = Environment.GetEnvironmentVariable("PATH")!;
        start.Environment["DOTNET"] = path.Split(':').Select(part => Path.Combine(part, "dotnet")).First(File.Exists);
        start.Environment["PATH"] = $"{Path.Combine(folder, "commands")}:{path}";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Not ended after {Patience}.");
        }

        return (process.ExitCode, output.Result, error.Result);
    }

    [GeneratedRegex(@"(?<![\w./~-])(?:src|examples|benchmarks|scripts|tests)/[\w./-]+|TruncatedTL\.MLNet\.sln")]
    private static partial Regex RepositoryPath();
}
