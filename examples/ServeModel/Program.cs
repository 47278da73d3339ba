// Serves a model: an HTTP interface and one web page.
//
//   dotnet run -c Release --project examples/ServeModel -- --demo                  trains a tiny model on images drawn by formula first; needs no files
//   dotnet run -c Release --project examples/ServeModel -- --model model.zip       and with model.safetensors beside it, Grad-CAM too
//   dotnet run -c Release --project examples/ServeModel -p:TorchBackend=none -- --model model.zip      without libtorch: no --demo, no Grad-CAM
//
// Expected output:
//   Serving model.zip (f0e1d2c3b4a5) on http://127.0.0.1:5080
//
//   curl -F file=@image.png http://127.0.0.1:5080/predict
//   curl --data-binary @slice.dcm -H "Content-Type: application/dicom" http://127.0.0.1:5080/predict
//   {"class":"malignant-like","probability":0.93,"probabilities":{"benign-like":0.07,"malignant-like":0.93}, ...}
//
// The model must have been trained on files that the library's loaders read (LoadImageFiles, LoadDicomFolder, LoadImagesFromTable), since it then says how
// files are prepared. There is no authentication: put a proxy in front. Not a medical device.
using System.CommandLine;
using ServeModel;

var model = new Option<string?>("--model") { Description = "the model's zip; replaced files are loaded while the service runs" };
var weights = new Option<string?>("--weights") { Description = "the model's SaveWeights file, for Grad-CAM; the zip's name with .safetensors unless told otherwise" };
var demo = new Option<bool>("--demo") { Description = "train a tiny model on images drawn by formula first" };
var url = new Option<string>("--url") { Description = "where to listen", DefaultValueFactory = _ => "http://127.0.0.1:5080" };
var upload = new Option<long>("--max-upload-bytes") { Description = "larger files are refused", DefaultValueFactory = _ => ServeOptions.DefaultMaxUploadBytes };
var values = new Option<long>("--max-image-values") { Description = "images with more values once decoded are refused", DefaultValueFactory = _ => ServeOptions.DefaultMaxImageValues };
var engines = new Option<int>("--engines") { Description = "images that are prepared and scored at a time", DefaultValueFactory = _ => Environment.ProcessorCount };
var command = new RootCommand("Serves a model over HTTP, with one web page.") { model, weights, demo, url, upload, values, engines };
command.Validators.Add(parsed =>
{
    if (parsed.GetValue(demo) == parsed.GetValue(model) is not null)
    {
        parsed.AddError("Give either --model FILE or --demo.");
    }
});
command.SetAction(async (parsed, cancellation) =>
{
    var options = new ServeOptions
    {
        ModelPath = parsed.GetValue(model) ?? Path.Combine(Path.GetTempPath(), "truncatedtl-serve-demo", "model.zip"),
        WeightsPath = parsed.GetValue(weights),
        MaxUploadBytes = parsed.GetValue(upload),
        MaxImageValues = parsed.GetValue(values),
        Engines = parsed.GetValue(engines),
    };
    if (parsed.GetValue(demo))
    {
        DemoModel.Create(options.ModelPath, Console.WriteLine);
    }

    await using var service = ServiceHost.Create(options, parsed.GetRequiredValue(url));
    await service.RunAsync(cancellation);
    return 0;
});
return await command.Parse(args).InvokeAsync();
