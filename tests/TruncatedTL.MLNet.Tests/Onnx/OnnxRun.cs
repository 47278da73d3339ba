using Microsoft.ML.OnnxRuntime;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Runs a model with ONNX Runtime.</summary>
internal static class OnnxRun
{
    /// <summary>Runs a model with one input of float32 or uint8 and returns all outputs by name.</summary>
    public static IReadOnlyDictionary<string, OnnxResult> Run<T>(byte[] model, string input, T[] values, params long[] shape)
        where T : unmanaged
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model, options);
        return Run(session, input, values, shape);
    }

    /// <inheritdoc cref="Run{T}(byte[], string, T[], long[])"/>
    public static IReadOnlyDictionary<string, OnnxResult> Run<T>(InferenceSession session, string input, T[] values, params long[] shape)
        where T : unmanaged
    {
        using var value = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, [input], [value], session.OutputNames);
        return session.OutputNames.Zip(outputs).ToDictionary(
            pair => pair.First,
            pair => new OnnxResult(pair.Second.GetTensorTypeAndShape().Shape, pair.Second.GetTensorDataAsSpan<float>().ToArray()));
    }
}

/// <summary>One output.</summary>
internal sealed record OnnxResult(long[] Shape, float[] Values);
