using System.Text.Json;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging;

/// <summary>Short forms that the tests of all readers use.</summary>
internal static class ImagingSupport
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The cases of a reference file that lies beside the tests.</summary>
    public static T[] Reference<T>(params string[] path)
    {
        var full = Path.Combine([RepositoryFiles.Root, "tests", "TruncatedTL.MLNet.Tests", "Imaging", .. path]);
        return JsonSerializer.Deserialize<T[]>(File.ReadAllText(full), SnakeCase)!;
    }

    /// <summary>Asserts that reading is refused with words that name the problem and the file.</summary>
    public static ImageFormatException AssertRefused(byte[] content, string name, string problem, ImageReadOptions? options = null)
    {
        var exception = Assert.Throws<ImageFormatException>(() => ImageReaders.Read(content, name, options));
        Assert.Contains(problem, exception.Problem, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        return exception;
    }

    /// <summary>Asserts that no beginning of a file passes for the whole, at every length or at up to 200 of them.</summary>
    public static void AssertEveryCutIsRefused(byte[] content, string name)
    {
        for (var length = 0; length < content.Length; length += Math.Max(1, content.Length / 200))
        {
            var cut = content[..length];
            Assert.ThrowsAny<ImageDataException>(() => ImageReaders.Read(cut, name));
        }
    }
}
