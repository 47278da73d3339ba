using System.Text.RegularExpressions;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>What a plan must fulfil that was read from a file, which anybody may have edited.</summary>
internal static partial class PlanCheck
{
    /// <summary>Whether a name is that of a file or folder and of nothing else: no separators, no parent folders, no devices.</summary>
    public static bool IsPlainName(string? name) => name is not null && PlainName().IsMatch(name);

    /// <summary>Checks a plan.</summary>
    /// <exception cref="ExperimentException">Something is missing, out of range or of another version.</exception>
    public static void Require(ExperimentPlan plan, string path)
    {
        if (plan.Version != ExperimentPlan.CurrentVersion)
        {
            throw new ExperimentException($"'{path}' has version {plan.Version} of the format; this version of the library reads {ExperimentPlan.CurrentVersion}. Go on with the version that wrote it, or give another folder.");
        }

        try
        {
            if (WhatIsWrong(plan) is { } reason)
            {
                throw new ExperimentException($"'{path}' cannot be used: {reason}.");
            }

            plan.Training.Validate();
            if (plan.Training.NumberFormat == NumberFormat.Auto)
            {
                throw new ExperimentException($"'{path}' cannot be used: it has {nameof(plan.Training.NumberFormat)} {nameof(NumberFormat.Auto)}, with which each training would choose for itself. Write {nameof(NumberFormat.Float32)} or {nameof(NumberFormat.BFloat16)}.");
            }

            foreach (var ladder in plan.Ladders)
            {
                ladder.Normalization();
            }

            foreach (var candidate in plan.Candidates)
            {
                plan.LadderOf(candidate).Specify(candidate.ParseStrategy());
            }
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new ExperimentException($"'{path}' cannot be used: {error.Message}", error);
        }
    }

    private static string? WhatIsWrong(ExperimentPlan plan)
    {
        if (plan.ClassNames is not { Count: >= 2 } || plan.Folds < 1 || plan.Folds > plan.Sets.Count)
        {
            return "a part is missing";
        }

        if (Enumerable.Concat<object?>(plan.ClassNames, plan.Ladders).Concat(plan.Candidates).Concat(plan.Sets).Concat(plan.DataFacts).Concat(plan.FrozenScores).Contains(null))
        {
            return "an entry of a list is null";
        }

        if (plan.ClassNames.Any(string.IsNullOrWhiteSpace) || plan.ClassNames.Distinct(StringComparer.Ordinal).Count() < plan.ClassNames.Count)
        {
            return "the names of classes are empty or equal";
        }

        if (plan.Ladders is not { Count: > 0 } || plan.Candidates is not { Count: > 0 } || plan.Sets is not { Count: > 0 })
        {
            return "it has no backbone, no candidate or no set of rows";
        }

        if (plan.Ladders.Select(ladder => ladder.Name).Distinct().Count() < plan.Ladders.Count || plan.Candidates.Select(candidate => candidate.Folder).Distinct().Count() < plan.Candidates.Count)
        {
            return "two backbones or two candidates share a name";
        }

        if (plan.Ladders.FirstOrDefault(ladder => !IsPlainName(ladder.DataFolder) || (ladder.WeightsFile is not null && !IsPlainName(ladder.WeightsFile))) is { } outside)
        {
            return $"the files of '{outside.Name}' have names that are not plain";
        }

        if (plan.Candidates.Select((candidate, index) => (candidate, index)).FirstOrDefault(pair => pair.candidate.Index != pair.index || !IsPlainName(pair.candidate.Folder)).candidate is { } odd)
        {
            return $"the candidate '{odd.Name}' has another number than its place, or a folder whose name is not plain";
        }

        return plan.Candidates.FirstOrDefault(candidate => plan.Ladders.All(ladder => ladder.Name != candidate.Ladder)) is { } homeless
            ? $"the candidate '{homeless.Name}' belongs to no backbone of the plan"
            : null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
