using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Tests.Search.Replay;

/// <summary>What a method comes to on the published curves, as means over the runs.</summary>
/// <param name="Auroc">AUROC of the pick on the test rows.</param>
/// <param name="Parameters">Parameters of the pick.</param>
/// <param name="Cost">Multiply-accumulates x epochs of search and winner, over those of the two-stage search on the same run.</param>
/// <param name="ControlCost">The same of controls.</param>
/// <param name="Picks">The cuts that are picked, in the order of the runs.</param>
internal sealed record ReplayResult(double Auroc, double Parameters, double Cost, double ControlCost, IReadOnlyList<int> Picks)
{
    public static ReplayResult Of(SearchMethod method, IReadOnlyList<PublishedRun> runs, double standardErrors, double limit = double.MaxValue)
    {
        var outcomes = runs.Select(run =>
        {
            var yardstick = run.Evidence(standardErrors, limit);
            yardstick.Run(SearchMethod.TwoStage());
            var unit = yardstick.MacEpochs.Values.Sum();
            var evidence = run.Evidence(standardErrors, limit);
            var pick = evidence.Run(method).Winner;
            var control = evidence.MacEpochs.GetValueOrDefault(RequestPurpose.Control);
            return (Pick: pick, Auroc: run.TestAurocs[pick.Name], Cost: (evidence.MacEpochs.Values.Sum() - control) / unit, Control: control / unit);
        }).ToArray();
        return new ReplayResult(
            outcomes.Average(outcome => outcome.Auroc),
            outcomes.Average(outcome => (double)outcome.Pick.ParameterCount),
            outcomes.Average(outcome => outcome.Cost),
            outcomes.Average(outcome => outcome.Control),
            outcomes.Select(outcome => outcome.Pick.Cut!.Value).ToArray());
    }
}
