using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace ServeModel.Tests.Browser;

/// <summary>
/// A headless Chromium with one page, spoken to in the DevTools protocol. It keeps what the page asks for and what it complains about.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket;
    private readonly string _session;
    private readonly List<JsonObject> _events;
    private int _lastId = 1000;

    private Chromium(Process process, string profile, ClientWebSocket socket, string session, List<JsonObject> events)
    {
        _process = process;
        _profile = profile;
        _socket = socket;
        _session = session;
        _events = events;
    }

    /// <summary>Addresses that were asked for.</summary>
    public IEnumerable<string> Requests => _events.Where(e => Method(e) == "Network.requestWillBeSent").Select(e => e["params"]!["request"]!["url"]!.GetValue<string>());

    /// <summary>What stands in the console: messages, errors, refusals.</summary>
    public IEnumerable<string> Messages => _events.Where(e => Method(e) is "Runtime.consoleAPICalled" or "Runtime.exceptionThrown" or "Log.entryAdded").Select(e => e["params"]!.ToJsonString());

    /// <summary>Starts it; skips the test where there is no Chromium (CHROMIUM names another place).</summary>
    public static async Task<Chromium> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("CHROMIUM")
            ?? (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);
        Skip.If(program is null, "There is no chromium; name it with the environment variable CHROMIUM.");
        var profile = Directory.CreateTempSubdirectory("truncatedtl-chromium-").FullName;
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank",
        ];
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync();
        }
        while (line is not null && !line.Contains("DevTools listening on ", StringComparison.Ordinal));
        Assert.NotNull(line);
        _ = process.StandardError.ReadToEndAsync();
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(line[line.IndexOf("ws://", StringComparison.Ordinal)..]), CancellationToken.None);
        var events = new List<JsonObject>();
        var target = await CallAsync(socket, events, 1, null, "Target.createTarget", new { url = "about:blank" });
        var attached = await CallAsync(socket, events, 2, null, "Target.attachToTarget", new { targetId = target["targetId"]!.GetValue<string>(), flatten = true });
        var chromium = new Chromium(process, profile, socket, attached["sessionId"]!.GetValue<string>(), events);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network", "DOM" })
        {
            await chromium.CallAsync($"{domain}.enable");
        }

        return chromium;
    }

    public Task<JsonNode> CallAsync(string method, object? parameters = null) => CallAsync(_socket, _events, ++_lastId, _session, method, parameters);

    /// <summary>The value of an expression in the page; promises are awaited.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"];
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task UntilAsync(string expression)
    {
        for (var i = 0; i < 600; i++)
        {
            if ((await EvaluateAsync($"Boolean({expression})"))!.GetValue<bool>())
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"It never came about that {expression}. The page says: {await EvaluateAsync("document.body.innerText")}");
    }

    public async Task OpenAsync(string address, int width, int height, bool isDark)
    {
        await CallAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        await CallAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = isDark ? "dark" : "light" } } });
        await CallAsync("Page.navigate", new { url = address });
        await UntilAsync("document.readyState === 'complete'");
    }

    /// <summary>Gives files to a file input, as a dialogue would.</summary>
    public async Task ChooseFileAsync(string selector, string path)
    {
        var document = await CallAsync("DOM.getDocument");
        var node = await CallAsync("DOM.querySelector", new { nodeId = document["root"]!["nodeId"]!.GetValue<int>(), selector });
        await CallAsync("DOM.setFileInputFiles", new { files = new[] { path }, nodeId = node["nodeId"]!.GetValue<int>() });
    }

    public async Task PressAsync(string key, int code)
    {
        await CallAsync("Input.dispatchKeyEvent", new { type = "keyDown", key, code = key, windowsVirtualKeyCode = code, text = key == "Enter" ? "\r" : string.Empty });
        await CallAsync("Input.dispatchKeyEvent", new { type = "keyUp", key, code = key, windowsVirtualKeyCode = code });
    }

    /// <summary>The whole page as PNG.</summary>
    public async Task ScreenshotAsync(string path)
    {
        var answer = await CallAsync("Page.captureScreenshot", new { format = "png", captureBeyondViewport = true });
        await File.WriteAllBytesAsync(path, Convert.FromBase64String(answer["data"]!.GetValue<string>()));
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();

        // Its helpers may still hold a file for a moment; a folder that stays in the temporary one is no failure.
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
        }
    }

    private static string Method(JsonObject message) => message["method"]?.GetValue<string>() ?? string.Empty;

    private static async Task<JsonNode> CallAsync(ClientWebSocket socket, List<JsonObject> events, int id, string? session, string method, object? parameters)
    {
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = JsonSerializer.SerializeToNode(parameters ?? new { }) };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        while (true)
        {
            var received = await ReceiveAsync(socket);
            if (received["id"]?.GetValue<int>() == id)
            {
                Assert.True(received["error"] is null, $"{method}: {received["error"]?.ToJsonString()}");
                return received["result"]!;
            }

            events.Add(received);
        }
    }

    private static async Task<JsonObject> ReceiveAsync(ClientWebSocket socket)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, CancellationToken.None);
            content.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(content.ToArray())!.AsObject();
    }
}
