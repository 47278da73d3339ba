using System.Diagnostics;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>A command of this program in a process of its own.</summary>
internal static class ChildProcess
{
    /// <summary>What the command prints.</summary>
    /// <param name="arguments">The command and its options.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Run(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"'{string.Join(' ', arguments)}' failed with exit code {process.ExitCode}.");
    }

    /// <summary>The numbers that the command prints in its last line, parted by spaces.</summary>
    public static double[] Numbers(params IReadOnlyList<string> arguments) =>
        [.. Run(arguments).Split('\n')[^1].Split(' ').Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Prints numbers as <see cref="Numbers"/> reads them.</summary>
    public static void Report(params IReadOnlyList<double> numbers) =>
        Console.WriteLine(string.Join(' ', numbers.Select(number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture))));
}
