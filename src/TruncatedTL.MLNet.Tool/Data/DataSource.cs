using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tool.Options;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>Reads the data that a command line names.</summary>
/// <param name="options">The options.</param>
/// <param name="parsed">The command line.</param>
/// <param name="context">Where progress is told.</param>
/// <param name="location">Where the data are; null for what the options say.</param>
internal sealed class DataSource(DataOptions options, ParseResult parsed, ToolContext context, string? location = null)
{
    private const int ProbedFiles = 8;
    private const string FormulaName = "formula";
    private const string PatientHeader = "patient";
    private const string SplitHeader = "split";

    /// <summary>What the data are; where the name does not say it, what lies there does.</summary>
    public SourceKind Kind { get; } = Resolve(options, parsed, location);

    private string Location => location ?? parsed.GetValue(options.Data)!;

    private int Seed => parsed.GetValue(options.Seed);

    private string? Positive => parsed.GetValue(options.Positive);

    /// <summary>What the data hold.</summary>
    /// <param name="maxImages">Most images to look at; null for all.</param>
    public ImageSurvey Survey(int? maxImages = null)
    {
        // A survey keeps no pixel; it needs a preparation for how files are read only.
        var preparation = new ImagePreparation([1, 1]);
        return Kind switch
        {
            SourceKind.Folder => ImageSurvey.OfFolder(Location, maxImages, Progress(), context.Cancellation),
            SourceKind.Dicom => ImageSurvey.OfDicomFolder(Location, DicomOptions(preparation), maxImages),
            SourceKind.Table => ImageSurvey.OfTable(Location, TableOptions(preparation), maxImages),
            SourceKind.Npz => SurveyNpz(),
            _ => ImageSurvey.OfImages([("train", Lesions(0, Counts.Train)), ("validation", Lesions(Counts.Train, Counts.Others)), ("test", Lesions(Counts.Train + Counts.Others, Counts.Others))], context.Cancellation),
        };
    }

    /// <summary>The rows, divided as the data say, else by the options' shares, by class and by patient.</summary>
    /// <param name="mlContext">Reads.</param>
    /// <param name="size">Size of files where the command line gives none.</param>
    /// <param name="withValidation">Whether rows are set apart to validate on; data that are divided already keep theirs.</param>
    public ImageTask Load(MLContext mlContext, Func<int, IReadOnlyList<int>> size, bool withValidation = true) => Kind switch
    {
        SourceKind.Formula => FromParts(mlContext, Lesions(0, Counts.Train), Lesions(Counts.Train, Counts.Others), Lesions(Counts.Train + Counts.Others, Counts.Others), SizeOf(2)),
        SourceKind.Npz => LoadNpz(mlContext),
        _ => Divide(mlContext, LoadFiles(mlContext, ChoosePreparation(size), Positive), withValidation),
    };

    /// <summary>All rows of files, prepared as a model was trained; or the rows of data that are divided already.</summary>
    /// <param name="mlContext">Reads.</param>
    /// <param name="model">The model.</param>
    /// <param name="rows">Which rows; null takes those to test on where the data are divided, else all.</param>
    public (IDataView Rows, string? GroupColumn, string Which) LoadFor(MLContext mlContext, ModelDescription model, RowsChoice? rows)
    {
        var positive = model.ClassNames is ["False", "True"] ? Positive : model.ClassNames.Count == 2 ? model.ClassNames[1] : null;
        if (Kind is SourceKind.Formula or SourceKind.Npz)
        {
            var task = Kind == SourceKind.Npz ? LoadNpz(mlContext, positive) : Load(mlContext, _ => []);
            return Choose(task, rows ?? RowsChoice.Test);
        }

        var preparation = model.Preparation
            ?? throw new ModelFormatException("The model does not say how files are to be prepared: it was not trained on files. Evaluate it on data of the kind that it was trained on.");
        var loaded = LoadFiles(mlContext, preparation, positive);
        if (rows is null or RowsChoice.All && !HasSplit)
        {
            return (loaded.Rows, loaded.GroupColumn, "all");
        }

        return rows is RowsChoice.All ? (loaded.Rows, loaded.GroupColumn, "all") : Choose(Divide(mlContext, loaded), rows ?? RowsChoice.Test);
    }

    private (int Train, int Others) Counts => (parsed.GetValue(options.FormulaImages), Math.Max(1, parsed.GetValue(options.FormulaImages) / 2));

    private bool HasSplit => SplitColumn is not null;

    private string? SplitColumn => Column(options.SplitColumn, SplitHeader);

    private string? PatientColumn => Column(options.PatientColumn, PatientHeader);

    private static (IDataView Rows, string? GroupColumn, string Which) Choose(ImageTask task, RowsChoice rows) => rows switch
    {
        RowsChoice.Train => (task.Train, task.GroupColumn, "train"),
        RowsChoice.Validation => (task.Validation ?? throw new UsageException("The data have no validation rows."), task.GroupColumn, "validation"),
        RowsChoice.All => throw new UsageException("The data are divided; choose train, validation or test rows."),
        _ => (task.Test, task.GroupColumn, "test"),
    };

    private string? Column(ToolOption<string?> option, string usual) =>
        Kind != SourceKind.Table ? null : parsed.GetValue(option) ?? (TableHeader.Has(Location, usual) ? usual : null);

    private static SourceKind Resolve(DataOptions options, ParseResult parsed, string? location)
    {
        location ??= parsed.GetValue(options.Data) ?? throw new UsageException($"Give --data: {options.Data.Description}.");
        var kind = parsed.GetValue(options.Kind);
        if (kind != SourceKind.Auto)
        {
            return kind;
        }

        if (location == FormulaName && !Path.Exists(location))
        {
            return SourceKind.Formula;
        }

        if (Directory.Exists(location))
        {
            return HoldsDicom(location) || parsed.GetValue(options.LabelTable) is not null ? SourceKind.Dicom : SourceKind.Folder;
        }

        return Path.GetExtension(location).ToLowerInvariant() switch
        {
            _ when !File.Exists(location) => throw new FileNotFoundException($"The data '{location}' do not exist."),
            ".npz" => SourceKind.Npz,
            ".csv" or ".tsv" or ".tab" or ".txt" => SourceKind.Table,
            _ => throw new UsageException($"It cannot be told what '{location}' is. Give --data-kind."),
        };
    }

    // The first file stands for all: archives are of one kind.
    private static bool HoldsDicom(string folder)
    {
        var first = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 32 })
            .Where(path => !Path.GetFileName(path).StartsWith('.'))
            .FirstOrDefault();
        if (first is null)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[ImageReaders.HeadLength];
        using var file = File.OpenRead(first);
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return first.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase) || (length >= 132 && head[128..132].SequenceEqual("DICM"u8));
    }

    private ImagePreparation ChoosePreparation(Func<int, IReadOnlyList<int>> usualSize)
    {
        var seen = Survey(ProbedFiles).Images;
        if (seen.Count == 0)
        {
            // Loading says which file is unreadable and why.
            return new ImagePreparation([1, 1]);
        }

        var axes = seen[0].SpatialShape.Count;
        return new ImagePreparation(SizeOf(axes) ?? usualSize(axes), parsed.GetValue(options.Channels) ?? (seen.Any(image => image.Channels == 3) ? 3 : 1))
        {
            Intensity = parsed.GetValue(options.Intensity).Resolve(seen.All(image => image.HasByteValues)),
            Fit = parsed.GetValue(options.Fit),
        };
    }

    private IReadOnlyList<int>? SizeOf(int axes) => ImageSizeText.Parse(parsed.GetValue(options.Size), axes);

    private LoadedFiles LoadFiles(MLContext mlContext, ImagePreparation preparation, string? positive)
    {
        ImageLoadReport report;
        IDataView rows;
        string? group = null;
        switch (Kind)
        {
            case SourceKind.Dicom:
                rows = mlContext.Data.LoadDicomFolder(Location, DicomOptions(preparation, positive), out report);
                group = "Patient";
                break;
            case SourceKind.Table:
                rows = mlContext.Data.LoadImagesFromTable(Location, TableOptions(preparation, positive), out report);
                group = PatientColumn is null ? null : "Patient";
                break;
            default:
                rows = mlContext.Data.LoadImageFiles(
                    Location,
                    new ImageLoadOptions
                    {
                        Preparation = preparation,
                        OnUnreadable = parsed.GetValue(options.OnUnreadable),
                        PositiveClassName = positive,
                        TwoClassesAreBoolean = true,
                        Progress = Progress(),
                        CancellationToken = context.Cancellation,
                    },
                    out report);
                break;
        }

        context.Note($"{report}, prepared as {preparation}");
        foreach (var skipped in report.Skipped.Take(10))
        {
            context.Note($"skipped: {ErrorText.OfFile(skipped.Path, skipped.Reason)}");
        }

        return new LoadedFiles(rows, preparation, group, report.Skipped.Count);
    }

    private DicomLoadOptions DicomOptions(ImagePreparation preparation, string? positive = null) => new()
    {
        Preparation = preparation,
        Rows = parsed.GetValue(options.Rows),
        LabelTable = parsed.GetValue(options.LabelTable),
        LabelTableKey = parsed.GetValue(options.LabelTableKey),
        OnUnreadable = parsed.GetValue(options.OnUnreadable),
        PositiveClassName = positive,
        TwoClassesAreBoolean = true,
        Progress = Progress(),
        CancellationToken = context.Cancellation,
    };

    private ImageTableOptions TableOptions(ImagePreparation preparation, string? positive = null) => new()
    {
        Preparation = preparation,
        PathHeader = parsed.GetValue(options.PathColumn)!,
        LabelHeader = parsed.GetValue(options.LabelColumn)!,
        PatientHeader = PatientColumn,
        SplitHeader = SplitColumn,
        OnUnreadable = parsed.GetValue(options.OnUnreadable),
        PositiveClassName = positive,
        TwoClassesAreBoolean = true,
        Progress = Progress(),
        CancellationToken = context.Cancellation,
    };

    private LoadProgress Progress() => new(context);

    private ImageTask Divide(MLContext mlContext, LoadedFiles loaded, bool withValidation = true)
    {
        var split = HasSplit
            ? mlContext.Data.SplitByColumn(loaded.Rows, "Split")
            : mlContext.Data.StratifiedGroupSplit(
                loaded.Rows,
                groupColumnName: loaded.GroupColumn,
                testFraction: parsed.GetValue(options.TestFraction),
                validationFraction: withValidation ? parsed.GetValue(options.ValidationFraction) : 0,
                seed: Seed);
        if (loaded.GroupColumn is { } group)
        {
            mlContext.Data.CheckForLeaks(split, group);
        }

        return new ImageTask(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Location))),
            loaded.Rows.Schema["Label"].Type is BooleanDataViewType,
            split.TrainSet,
            split.ValidationSet,
            split.TestSet,
            loaded.GroupColumn,
            loaded.Preparation.Size,
            loaded.Skipped)
        {
            Division = split,
        };
    }

    private FormulaLesionSource Lesions(int first, int count)
    {
        var size = SizeOf(2) ?? [64, 64];
        if (size.Count != 2 || size[0] != size[1])
        {
            throw new UsageException("Images of the built-in task are square: give --size as one number.");
        }

        return new FormulaLesionSource(new FormulaLesionOptions
        {
            Size = size[0],
            Seed = Seed,
            Classes = parsed.GetValue(options.FormulaClasses),
            FirstInstance = first,
            ImagesPerClass = count,
        });
    }

    private ImageSurvey SurveyNpz()
    {
        using var file = MedMnistFile.Open(Location);
        return ImageSurvey.OfImages([.. file.Splits.Select(split => ((string?)split.ToString().ToLowerInvariant(), file.Read(split)))], context.Cancellation);
    }

    private ImageTask LoadNpz(MLContext mlContext, string? positive = null)
    {
        using var file = MedMnistFile.Open(Location);
        return FromParts(
            mlContext,
            file.Read(MedMnistSplit.Train).ToMemory(),
            file.Splits.Contains(MedMnistSplit.Validation) ? file.Read(MedMnistSplit.Validation).ToMemory() : null,
            file.Read(MedMnistSplit.Test).ToMemory(),
            SizeOf(file.Read(MedMnistSplit.Train).SpatialRank),
            positive);
    }

    private ImageTask FromParts(MLContext mlContext, LabelledImages train, LabelledImages? validation, LabelledImages test, IReadOnlyList<int>? size, string? positive = null)
    {
        positive ??= Positive ?? (train.ClassCount == 2 ? train.ClassNames[^1] : null);
        IDataView View(LabelledImages images) => mlContext.Data.LoadFromLabelledImages(images, positive);
        return new ImageTask(
            Kind == SourceKind.Formula ? "lesions drawn by formula" : Path.GetFileNameWithoutExtension(Location),
            positive is not null,
            View(train.ToMemory()),
            validation is null ? null : View(validation.ToMemory()),
            View(test.ToMemory()),
            GroupColumn: null,
            size,
            Skipped: 0);
    }

    private sealed record LoadedFiles(IDataView Rows, ImagePreparation Preparation, string? GroupColumn, int Skipped);
}
