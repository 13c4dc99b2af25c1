using System.Globalization;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Console.Error.WriteLine("usage: Marketplace.Benchmarks VERB [OPTION...]");
Console.Error.WriteLine("No verb is defined yet.");
return 2;
