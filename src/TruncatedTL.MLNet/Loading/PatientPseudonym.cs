using System.Security.Cryptography;
using System.Text;

namespace TruncatedTL.MLNet.Loading;

/// <summary>Stands for patients where none was asked for: equal for equal identifiers within the process, and of no use to anyone after it.</summary>
internal static class PatientPseudonym
{
    private const int HashBytes = 8;

    private static readonly byte[] Salt = RandomNumberGenerator.GetBytes(32);

    /// <summary>The first 64 bits of HMAC-SHA-256, as 16 hexadecimal digits.</summary>
    public static string OfThisProcess(string identifier) => Convert.ToHexStringLower(HMACSHA256.HashData(Salt, Encoding.UTF8.GetBytes(identifier.Trim())).AsSpan(..HashBytes));
}
