using TruncatedTL.MLNet.Tool;

using var stop = new StopSignal(Console.Error);
return new ToolApplication(ToolConsole.OfProcess()).Run(args, stop.Token);
