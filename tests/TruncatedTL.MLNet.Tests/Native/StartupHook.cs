using TruncatedTL.MLNet.Tests.Native;

/// <summary>
/// .NET calls this before Main in a process whose environment names this assembly in DOTNET_STARTUP_HOOKS; the name of the
/// class and its place in the global namespace are .NET's. It turns the test assembly into the child of a test.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(ChildApplication.ScenarioVariable) is { } scenario)
        {
            Environment.Exit(ChildScenarios.Run(scenario));
        }
    }
}
