using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reporting;

public sealed class ExperimentReportTests
{
    private static readonly MedicalEvaluationOptions Quick = new() { Resamples = 100 };

    public static TheoryData<string> Kinds => ["plain", "patients", "folds", "classes", "many", "one", "none", "unfinished", "log-loss"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_page_is_well_formed_and_asks_for_nothing_outside_itself(string kind)
    {
        var page = Page(Input(kind));
        foreach (var attribute in page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "src" or "href" or "srcset" or "data" or "poster" or "action" or "xlink"))
        {
            Assert.True(attribute.Value.StartsWith('#') || attribute.Value.StartsWith("data:", StringComparison.Ordinal), attribute.ToString());
        }

        Assert.Empty(page.Descendants("script"));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        var style = Assert.Single(page.Descendants("style")).Value;
        Assert.DoesNotContain("url(", style);
        Assert.DoesNotContain("@import", style);
        Assert.DoesNotContain("http", style);
        Assert.Contains("default-src 'none'", page.Descendants("meta").Single(meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Charts_have_names_tables_have_captions_and_headings_do_not_skip_a_level(string kind)
    {
        var page = Page(Input(kind));
        var ids = page.Descendants().Attributes("id").Select(attribute => attribute.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        foreach (var chart in page.Descendants("svg"))
        {
            Assert.Equal("img", (string?)chart.Attribute("role"));
            Assert.All(chart.Attribute("aria-labelledby")!.Value.Split(' '), id => Assert.Contains(id, ids));
            Assert.NotEmpty(chart.Element("title")!.Value);
            Assert.NotEmpty(chart.Element("desc")!.Value);
            Assert.DoesNotContain("NaN", chart.ToString());
            Assert.DoesNotContain("∞", chart.ToString());
        }

        Assert.All(page.Descendants("table"), table => Assert.NotEmpty(table.Element("caption")!.Value));
        Assert.All(page.Descendants("th"), heading => Assert.NotNull(heading.Attribute("scope")));
        Assert.All(page.Descendants("tr").Where(row => row.Ancestors("tbody").Any()), row => Assert.Equal(row.Ancestors("table").First().Element("thead")!.Element("tr")!.Elements().Count(), row.Elements().Count()));
        Assert.All(page.Descendants("img"), image => Assert.NotEmpty(image.Attribute("alt")!.Value));
        var levels = page.Descendants().Select(element => element.Name.LocalName).Where(name => name is "h1" or "h2" or "h3" or "h4").Select(name => name[1] - '0').ToArray();
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_trial_stands_in_page_table_and_json(string kind)
    {
        var input = Input(kind);
        using var folder = new TemporaryFolder();
        ExperimentReport.Write(input, folder.FullName, Quick);
        var page = Parse(File.ReadAllText(folder.PathOf("report.html")));
        var rows = page.Descendants("table").Where(table => table.Element("caption")!.Value.StartsWith("Quality of", StringComparison.Ordinal)).SelectMany(table => table.Element("tbody")!.Elements("tr")).ToArray();
        Assert.Equal(input.Trials.Count, rows.Length);
        Assert.All(input.Trials, trial => Assert.Contains(rows, row => row.Descendants("span").Any(span => span.Value == trial.Candidate.Name)));
        using var json = JsonDocument.Parse(File.ReadAllText(folder.PathOf("report.json")));
        Assert.Equal(input.Trials.Select(trial => trial.Candidate.Name).Order(), json.RootElement.GetProperty("leaderboard").EnumerateArray().Select(trial => trial.GetProperty("name").GetString()).Order());
        Assert.Equal(input.Trials.Count + 1, File.ReadAllLines(folder.PathOf("leaderboard.csv")).Length);
        Assert.Equal(input.Trials.Sum(trial => trial.Runs.Sum(run => run.History.Count)) + 1, File.ReadAllLines(folder.PathOf("learning-curves.csv")).Length);
        Assert.Equal(
            input.Trials.Count(trial => trial.Candidate.Cut is not null && trial.Runs.Any(run => run.ValidationProbabilities is not null)) + input.FrozenScores.Count + 1,
            File.ReadAllLines(folder.PathOf("curve.csv")).Length);
        Assert.Equal(5, Directory.GetFiles(folder.FullName).Length);
    }

    [Fact]
    public void Names_from_the_data_stay_text()
    {
        const string Hostile = "</title></style><script>alert('x')</script><img src=\"http://example.org/x\" onerror='y' />&amp;\u0001\uD800";
        var input = new SampleExperiment { ClassNames = ["<b>benign</b>", Hostile] }.Create();
        input = input with
        {
            Title = Hostile,
            Decisions = [Hostile],
            HowToRepeat = Hostile,
            WinnerReason = Hostile,
            Data = [(Hostile, Hostile)],
            Trials = [.. input.Trials.Select(trial => trial with { Candidate = trial.Candidate with { Name = Hostile + trial.Candidate.Index, Ladder = Hostile }, Strategy = Hostile, Note = Hostile, CutName = Hostile })],
            Examples = [new ReportExample(Hostile, [1, 2, 3])],
        };
        var page = Page(input);
        Assert.Empty(page.Descendants("script"));
        Assert.Single(page.Descendants("img"));
        Assert.Equal(Hostile.Replace('\u0001', '\uFFFD').Replace('\uD800', '\uFFFD'), page.Descendants("h1").Single().Value);
    }

    [Fact]
    public void Figures_and_tests_are_those_of_the_evaluation()
    {
        var input = Input("plain");
        var (full, winner) = (input.Trials.Single(trial => trial.Candidate.IsFullTransfer), input.Trials[input.Winner!.Value]);
        using var json = Json(input);
        var expected = MedicalEvaluator.EvaluateBinary(Scored(input, winner), Quick).AreaUnderRocCurve;
        var own = Trial(json, winner.Candidate.Name);
        Assert.Equal(expected.Value!.Value, own.GetProperty("validation").GetProperty("value").GetDouble());
        Assert.Equal(expected.Interval!.Lower, own.GetProperty("validation").GetProperty("interval").GetProperty("lower").GetDouble());

        var finished = input.Trials.Where(trial => trial.State == ReportTrialState.Finished).ToArray();
        var comparisons = MedicalEvaluator.Compare([.. finished.Select(trial => (trial.Candidate.Name, Scored(input, trial)))], new MedicalComparisonOptions { Reference = full.Candidate.Name }).Comparisons;
        Assert.Equal(finished.Length - 1, comparisons.Count);
        foreach (var comparison in comparisons)
        {
            var found = Trial(json, comparison.FirstName).GetProperty("againstReference").GetProperty("validation");
            Assert.Equal(comparison.Difference.Value!.Value, found.GetProperty("difference").GetProperty("value").GetDouble(), 12);
            Assert.Equal(comparison.AdjustedPValue!.Value, found.GetProperty("adjustedPValue").GetDouble(), 12);
        }

        Assert.Equal(JsonValueKind.Null, Trial(json, full.Candidate.Name).GetProperty("againstReference").GetProperty("validation").ValueKind);
    }

    [Fact]
    public void Patients_and_not_images_are_what_the_intervals_draw()
    {
        var input = Input("patients");
        var winner = input.Trials[input.Winner!.Value];
        using var json = Json(input);
        var interval = Trial(json, winner.Candidate.Name).GetProperty("validation").GetProperty("interval");
        var expected = MedicalEvaluator.EvaluateBinary(Scored(input, winner), Quick).AreaUnderRocCurve.Interval!;
        Assert.Equal("BootstrapBca", interval.GetProperty("method").GetString());
        Assert.Equal(expected.Upper, interval.GetProperty("upper").GetDouble(), 12);
    }

    [Fact]
    public void Several_sets_are_averaged_and_compared_set_by_set()
    {
        var input = Input("folds");
        var (full, winner) = (input.Trials.Single(trial => trial.Candidate.IsFullTransfer), input.Trials[input.Winner!.Value]);
        double[] Values(ReportTrial trial) => [.. input.Validation.Select((rows, i) => MedicalEvaluator.EvaluateMulticlass(
            ScoredExamples.Multiclass(rows.Labels, [.. trial.Runs[i].ValidationProbabilities!.Select(value => (double)value)], input.ClassNames), new MedicalEvaluationOptions { Resamples = 0 }).Macro.AreaUnderRocCurve.Value!.Value)];
        using var json = Json(input);
        var own = Trial(json, winner.Candidate.Name);
        Assert.Equal(Values(winner).Average(), own.GetProperty("validation").GetProperty("value").GetDouble(), 12);

        var rows = input.Validation[0].Labels.Count;
        var expected = FoldComparison.Compare(
            [("winner", Values(winner).Select(value => (double?)value).ToArray()), ("full", Values(full).Select(value => (double?)value).ToArray())], rows * (input.Validation.Count - 1), rows).Comparisons[0];
        var headline = json.RootElement.GetProperty("winnerAgainstReference").GetProperty("validation");
        Assert.Equal(expected.PValue!.Value, headline.GetProperty("pValue").GetDouble(), 10);
        Assert.Equal(expected.Difference.Interval!.Lower, headline.GetProperty("difference").GetProperty("interval").GetProperty("lower").GetDouble(), 10);
    }

    [Fact]
    public void A_figure_that_is_undefined_says_why()
    {
        var input = new SampleExperiment { HasTest = false }.Create();
        input = input with { Validation = [input.Validation[0] with { Labels = [.. input.Validation[0].Labels.Select(_ => 0)] }] };
        using var folder = new TemporaryFolder();
        var verdict = ExperimentReport.Write(input, folder.FullName, Quick);
        var page = Parse(File.ReadAllText(folder.PathOf("report.html")));
        Assert.Contains("Full transfer was not trained to its end", verdict.Sentence);
        Assert.Contains(page.Descendants("span"), span => (string?)span.Attribute("class") == "reason" && span.Value.Contains("'benign'", StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", File.ReadAllText(folder.PathOf("leaderboard.csv")));
    }

    [Fact]
    public void Outputs_that_are_no_numbers_leave_the_other_trials_alone()
    {
        var input = Input("plain");
        var trials = input.Trials.ToArray();
        var broken = Array.FindIndex(trials, trial => trial.Strategy == "from scratch");
        var scores = trials[broken].Runs[0].ValidationProbabilities!.ToArray();
        scores[3] = float.NaN;
        trials[broken] = trials[broken] with { Runs = [trials[broken].Runs[0] with { ValidationProbabilities = scores }] };
        using var json = Json(input with { Trials = trials });
        Assert.Contains("not finite", Trial(json, trials[broken].Candidate.Name).GetProperty("validation").GetProperty("undefinedReason").GetString());
        Assert.Equal(JsonValueKind.Number, Trial(json, trials[input.Winner!.Value].Candidate.Name).GetProperty("validation").GetProperty("value").ValueKind);
    }

    [Fact]
    public void Writing_again_gives_the_same_bytes_and_replaces_the_files()
    {
        var input = Input("patients");
        using var folder = new TemporaryFolder();
        ExperimentReport.Write(input, folder.FullName, Quick);
        var first = Directory.GetFiles(folder.FullName).Order().Select(File.ReadAllText).ToArray();
        ExperimentReport.Write(input, folder.FullName, Quick);
        Assert.Equal(first, Directory.GetFiles(folder.FullName).Order().Select(File.ReadAllText));
    }

    [Fact]
    public void Input_that_contradicts_itself_is_refused_before_anything_is_written()
    {
        var input = Input("plain");
        var trials = input.Trials.ToArray();
        trials[^1] = trials[^1] with { Candidate = trials[^1].Candidate with { Name = trials[0].Candidate.Name } };
        var shortened = input.Trials.ToArray();
        shortened[6] = shortened[6] with { Runs = [shortened[6].Runs[0] with { ValidationProbabilities = [0.5f] }] };
        ReportInput[] wrong =
        [
            input with { Winner = 99 },
            input with { MetricName = "beauty" },
            input with { IsHigherBetter = false },
            input with { ClassNames = ["a", "b", "c"] },
            input with { Validation = [] },
            input with { Validation = [input.Validation[0] with { Labels = [2, .. input.Validation[0].Labels.Skip(1)] }] },
            input with { Test = null },
            input with { Trials = trials },
            input with { Trials = shortened },
        ];
        using var folder = new TemporaryFolder();
        Assert.All(wrong, one => Assert.Throws<ArgumentException>(() => ExperimentReport.Write(one, folder.PathOf("report"), Quick)));
        Assert.Empty(Directory.GetFileSystemEntries(folder.FullName));
    }

    private static ReportInput Input(string kind) => kind switch
    {
        "plain" => new SampleExperiment { Rows = 120 }.Create(),
        "patients" => new SampleExperiment { Rows = 120, RowsPerPatient = 2, HasTest = false }.Create(),
        "folds" => new SampleExperiment { Rows = 60, Sets = 3, ClassNames = ["a", "b", "c"], HasTest = false }.Create(),
        "classes" => new SampleExperiment { Rows = 90, ClassNames = [.. Enumerable.Range(0, 9).Select(c => $"class {c} {new string('x', c * 12)}")] }.Create(),
        "many" => new SampleExperiment { Rows = 60, Ladders = ["resnet18", "resnet34", "densenet121", "a-network-whose-name-does-not-fit-anywhere-at-all-and-goes-on-and-on"] }.Create(),
        "one" => OnlyFull(new SampleExperiment { Rows = 60, CutsPerLadder = 1, HasTest = false }.Create()),
        "none" => new SampleExperiment { Rows = 60 }.Create() with { Winner = null, WinnerReason = null, Trials = [], Decisions = [], FrozenScores = [], ClassCounts = [], Data = [], EndedEarly = "time was over" },
        "unfinished" => Unfinished(new SampleExperiment { Rows = 60 }.Create()),
        _ => new SampleExperiment { Rows = 60, MetricName = "log-loss" }.Create(),
    };

    private static ReportInput OnlyFull(ReportInput input) => input with { Trials = [input.Trials[0]], Winner = 0 };

    private static ReportInput Unfinished(ReportInput input) => input with
    {
        Winner = null,
        WinnerReason = null,
        EndedEarly = "it was cancelled",
        Trials = [.. input.Trials.Select(trial => trial with { State = ReportTrialState.NotTried, Runs = [], TestProbabilities = null, Score = null })],
    };

    private static ScoredExamples Scored(ReportInput input, ReportTrial trial) => ScoredExamples.Binary(
        [.. input.Validation[0].Labels.Select(label => label == 1)], [.. trial.Runs[0].ValidationProbabilities!.Select(value => (double)value)], groups: input.Validation[0].Groups);

    private static XElement Page(ReportInput input)
    {
        using var folder = new TemporaryFolder();
        ExperimentReport.Write(input, folder.FullName, Quick);
        return Parse(File.ReadAllText(folder.PathOf(ExperimentReport.PageName)));
    }

    private static XElement Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader).Root!;
    }

    private static JsonDocument Json(ReportInput input)
    {
        using var folder = new TemporaryFolder();
        ExperimentReport.Write(input, folder.FullName, Quick);
        return JsonDocument.Parse(File.ReadAllText(folder.PathOf(ExperimentReport.JsonName)));
    }

    private static JsonElement Trial(JsonDocument json, string name) => json.RootElement.GetProperty("leaderboard").EnumerateArray().Single(trial => trial.GetProperty("name").GetString() == name);
}
