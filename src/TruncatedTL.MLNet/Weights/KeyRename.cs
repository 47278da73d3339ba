using System.Text.RegularExpressions;

namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// A rule that turns a name as some files spell it into the network's. It is tried on each name after a prefix such as
/// <c>module.</c> was taken off, so a pattern may be anchored with <c>^</c> at the network's root.
/// </summary>
internal sealed class KeyRename
{
    private readonly Regex _pattern;
    private readonly string _replacement;

    /// <summary>Builds the rule.</summary>
    /// <param name="pattern">
    /// Regular expression without backreferences and look-around: it is matched in linear time, as names come from files.
    /// </param>
    /// <param name="replacement">Replacement with <c>$1</c> and the like.</param>
    public KeyRename(string pattern, string replacement)
    {
        _pattern = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        _replacement = replacement;
    }

    /// <summary>The name after the rule.</summary>
    public string Apply(string name) => _pattern.Replace(name, _replacement);
}
