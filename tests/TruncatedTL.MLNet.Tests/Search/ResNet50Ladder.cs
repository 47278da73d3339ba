using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Search.Replay;

namespace TruncatedTL.MLNet.Tests.Search;

/// <summary>The cuts of a ResNet-50, named k1 to k17 as the paper counts them, with constant curves.</summary>
internal static class ResNet50Ladder
{
    public static readonly IReadOnlyList<SearchCandidate> Rungs = Create();

    public static SearchCandidate Probe { get; } = new() { Index = 17, Name = "Probe", Ladder = "resnet50", ParameterCount = 23_600_000, MacCount = 4_087_000_000 };

    /// <summary>Curves of 60 epochs at the level that <paramref name="score"/> gives to a name.</summary>
    public static CurveEvidence Evidence(Func<string, double> score, double tolerance = 0.02, IReadOnlyList<SearchCandidate>? candidates = null, Func<string, double>? atEnd = null, Dictionary<string, int>? failsAt = null)
    {
        candidates ??= Rungs;
        var curves = candidates.ToDictionary(
            candidate => candidate.Name,
            candidate => Enumerable.Repeat(score(candidate.Name), 59).Append((atEnd ?? score)(candidate.Name)).ToArray());
        return new CurveEvidence(candidates, curves, (_, _) => tolerance) { FailsAt = failsAt ?? [] };
    }

    /// <summary>What a method asks for, step by step, e.g. <c>k11 k14 k17 @10</c>, and in the end the winner.</summary>
    public static IReadOnlyList<string> Trace(SearchMethod method, CurveEvidence evidence)
    {
        var trace = new List<string>();
        while (true)
        {
            switch (method.Next(evidence))
            {
                case SearchStep.Train step:
                    trace.Add($"{string.Join(' ', step.Requests.Select(request => request.Candidate.Name))} @{step.Requests[0].Epochs?.ToString() ?? "end"} {step.Requests[0].Purpose}");
                    foreach (var request in step.Requests)
                    {
                        evidence.Carry(request);
                    }

                    break;
                case SearchStep.Choose choice:
                    trace.Add(choice.Winner.Name);
                    return trace;
            }
        }
    }

    public static int Cut(string name) => int.Parse(name.AsSpan(1));

    private static SearchCandidate[] Create()
    {
        var backbone = Backbone.Create("resnet50");
        return backbone.Cuts.Select(cut => new SearchCandidate
        {
            Index = cut.Index - 1,
            Name = $"k{cut.Index}",
            Ladder = "resnet50",
            Cut = cut.Index,
            Stage = cut.Stage,
            IsFullTransfer = cut.Index == 17,
            ParameterCount = cut.Parameters,
            MacCount = backbone.CountMacs(cut.Name, 224, 224),
        }).ToArray();
    }
}
