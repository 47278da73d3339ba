using System.Security.Cryptography;
using System.Text;
using TruncatedTL.MLNet.Splitting;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Splitting;

public sealed class IdentifierHasherTests
{
    private static readonly byte[] s_salt = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void A_given_salt_joins_runs_and_a_random_one_does_not()
    {
        Assert.Equal(new IdentifierHasher(s_salt).Hash("12345678"), new IdentifierHasher(s_salt).Hash(" 12345678 "));
        var random = new IdentifierHasher();
        Assert.Equal(random.Hash("12345678"), random.Hash("12345678"));
        Assert.NotEqual(random.Hash("12345678"), new IdentifierHasher().Hash("12345678"));
        Assert.NotEqual(random.Hash("12345678"), random.Hash("12345679"));
    }

    [Fact]
    public void It_is_HMAC_SHA256_shortened_and_never_the_plain_hash()
    {
        var hash = new IdentifierHasher(s_salt).Hash("Ärztin 7");
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(s_salt, Encoding.UTF8.GetBytes("Ärztin 7")))[..16], hash);
        Assert.NotEqual(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("Ärztin 7")))[..16], hash);
    }

    [Fact]
    public void Many_short_numbers_do_not_collide()
    {
        var hasher = new IdentifierHasher();
        Assert.Equal(20_000, Enumerable.Range(0, 20_000).Select(i => hasher.Hash($"{i}")).Distinct().Count());
    }

    [Fact]
    public void Neither_text_nor_members_show_the_salt()
    {
        Assert.Equal(nameof(IdentifierHasher), new IdentifierHasher(s_salt).ToString());
        Assert.Empty(typeof(IdentifierHasher).GetProperties());
    }

    [Fact]
    public void Guessable_salts_and_unknown_patients_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new IdentifierHasher("secret"u8));
        Assert.Throws<ArgumentException>(() => new IdentifierHasher(s_salt).Hash(" "));
    }
}
