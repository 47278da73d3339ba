using System.Diagnostics;
using System.Net.Http.Headers;
using Xunit;

namespace ServeModel.Tests;

/// <summary>The program as it is started from a command line.</summary>
[Collection(nameof(TrainedModels))]
public sealed class ProcessTests(TrainedModels models)
{
    private const string Listening = "Now listening on: ";

    [SkippableFact]
    public async Task Libtorch_is_loaded_for_Grad_CAM_and_for_nothing_else()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux says which libraries a process has loaded.");
        using var process = Start("--model", models.First, "--url", "http://127.0.0.1:0");
        try
        {
            var line = await process.StandardOutput.ReadLineAsync();
            while (line is not null && !line.Contains(Listening, StringComparison.Ordinal))
            {
                line = await process.StandardOutput.ReadLineAsync();
            }

            Assert.NotNull(line);
            _ = process.StandardOutput.ReadToEndAsync();
            using var client = new HttpClient { BaseAddress = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]) };
            async Task PostAsync(string path)
            {
                var content = new ByteArrayContent(File.ReadAllBytes(models.Sample("benign-like-1.png")));
                content.Headers.ContentType = MediaTypeHeaderValue.Parse("image/png");
                using var response = await client.PostAsync(path, content);
                Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            }

            bool HasLoaded(string library) => File.ReadAllText($"/proc/{process.Id}/maps").Contains(library, StringComparison.Ordinal);
            await PostAsync("/predict");
            await PostAsync("/preview");
            using var card = await client.GetAsync("/model");
            Assert.True(HasLoaded("libonnxruntime"));
            Assert.False(HasLoaded("libtorch"));

            await PostAsync("/explain");
            Assert.True(HasLoaded("libtorch"));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    [Theory]
    [InlineData]
    [InlineData("--model", "a.zip", "--demo")]
    [InlineData("--nonsense")]
    public async Task A_wrong_command_line_is_refused_with_the_usage(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.NotEqual(0, process.ExitCode);
        Assert.NotEmpty(await errors);
        Assert.Contains("--model", await output);
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ServeModel.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
