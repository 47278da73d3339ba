using System.CommandLine;
using System.Text;
using TruncatedTL.MLNet.Tests.Reliability.Faults;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>What goes wrong around the library, what is promised then, and what was observed.</summary>
internal static class FaultsCommand
{
    public static Command Command()
    {
        var output = ReliabilityCommand.Output();
        var command = new Command("faults", "full disks, missing rights, damaged and vanishing files (as root on Linux, or some are skipped)") { output };
        command.SetAction(result => Run(result.GetRequiredValue(output)));
        return command;
    }

    private static int Run(string output)
    {
        var body = new StringBuilder();
        body.AppendLine("The same cases are tests (`Reliability/FaultTests`). Full disks are file systems in memory, a read-only folder is a mount, missing rights are those of another user.");
        body.AppendLine();
        body.AppendLine("| fault | expected | observed |");
        body.AppendLine("|---|---|---|");
        var failed = 0;
        foreach (var fault in FaultCases.All)
        {
            var folder = Directory.CreateTempSubdirectory("truncatedtl-faults-").FullName;
            string observed;
            try
            {
                observed = fault.Observe(folder);
            }
            catch (NotSupportedException reason)
            {
                observed = $"not tried: {reason.Message}";
            }
            catch (FaultException difference)
            {
                failed++;
                observed = $"**not as expected**: {difference.Message.ReplaceLineEndings(" ")}";
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

            Console.WriteLine($"{fault.Name}: {observed}");
            body.AppendLine($"| {fault.Name} | {fault.Expected} | {observed} |");
        }

        ResultPage.Write(output, "Reliability", "faults", body.ToString());
        return failed == 0 ? 0 : 1;
    }
}
