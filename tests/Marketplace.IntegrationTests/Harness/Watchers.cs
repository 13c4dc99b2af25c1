using System.Runtime.CompilerServices;

namespace Marketplace.IntegrationTests.Harness;

internal static class Watchers
{
    /// <summary>Many servers live in one test process, and each would watch its settings' files for changes: more than a user may.</summary>
    [ModuleInitializer]
    internal static void None() => Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
}
