using System.Security.Cryptography;
using System.Text;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>
/// Replaces identifiers of persons by short hashes, so that rows can be grouped and leaks reported without naming anyone.
/// </summary>
/// <remarks>
/// <para>
/// A hash is the first 64 bits of HMAC-SHA-256 under a secret salt, as 16 hexadecimal digits. Two of a million patients share one
/// with a probability below 1 in 10 million, and then count as one patient, which cannot cause a leak.
/// </para>
/// <para>
/// Threat model. Identifiers are short and few: all eight-digit numbers can be hashed in seconds, so a hash without a salt, or with a
/// known one, can be reversed by trying. Who does not have the salt cannot do that. It does not protect against someone who has it,
/// nor against conclusions from the grouping itself (a patient with 37 images is the patient with 37 images): this is
/// pseudonymisation, not anonymisation. By default the salt is random, kept in memory only and never written by this library, so
/// the hashes of two runs cannot be joined; give the same salt to both where they must be, and keep it as safe as the identifiers.
/// </para>
/// </remarks>
public sealed class IdentifierHasher
{
    /// <summary>The fewest bytes that a salt may have.</summary>
    public const int MinSaltBytes = 16;

    private const int HashBytes = 8;

    private readonly byte[] _salt;

    /// <summary>Creates a hasher with a random salt that nobody else will ever have.</summary>
    public IdentifierHasher()
        : this(RandomNumberGenerator.GetBytes(32))
    {
    }

    /// <summary>Creates a hasher whose hashes can be joined with those of other runs under the same salt.</summary>
    /// <param name="salt">The secret salt, at least <see cref="MinSaltBytes"/> random bytes; not a word or a date, which could be guessed.</param>
    /// <exception cref="ArgumentException">The salt is too short.</exception>
    public IdentifierHasher(ReadOnlySpan<byte> salt)
    {
        if (salt.Length < MinSaltBytes)
        {
            throw new ArgumentException($"The salt has {salt.Length} bytes; at least {MinSaltBytes} random bytes are needed, or it could be guessed.", nameof(salt));
        }

        _salt = salt.ToArray();
    }

    /// <summary>The hash of an identifier. Blanks around it do not count.</summary>
    /// <param name="identifier">The identifier, not empty.</param>
    /// <returns>16 lower-case hexadecimal digits.</returns>
    /// <exception cref="ArgumentException">The identifier is empty: unknown patients must not become one patient.</exception>
    public string Hash(string identifier)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(identifier);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_salt, Encoding.UTF8.GetBytes(identifier.Trim()), hash);
        return Convert.ToHexStringLower(hash[..HashBytes]);
    }

    /// <summary>The type's name only: the salt does not belong in logs.</summary>
    public override string ToString() => nameof(IdentifierHasher);
}
