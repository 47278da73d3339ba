using TruncatedTL.MLNet.Tests.Reliability.Workers;

// Tests that kill, lock or restrict a process start this assembly as a program; the test runner does not come by here.
return args is [WorkerProgram.Name, var kind, var folder] ? WorkerProgram.Run(kind, folder) : 2;
