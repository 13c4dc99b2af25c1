using System.Net;
using System.Net.Sockets;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>Processes at addresses that stay, whichever process is there.</summary>
internal sealed class Fleet(TestDatabase database, IReadOnlyList<string> roles) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly ApiProcess[] _processes = new ApiProcess[roles.Count];
    private readonly int[] _ports = [.. roles.Select(_ => FreePort())];
    private int _turn;

    public IReadOnlyList<Uri> Apis => [.. roles.Index().Where(role => role.Item == "api").Select(role => new Uri($"http://127.0.0.1:{_ports[role.Index]}"))];

    public static async Task<Fleet> StartAsync(TestDatabase database, params string[] roles)
    {
        var fleet = new Fleet(database, roles);
        await Task.WhenAll(Enumerable.Range(0, roles.Length).Select(fleet.StartAsync));
        return fleet;
    }

    public async Task KillAsync(string role)
    {
        var alike = roles.Index().Where(entry => entry.Item == role).Select(entry => entry.Index).ToList();
        var index = alike[_turn++ % alike.Count];
        await _processes[index].DisposeAsync();
        await StartAsync(index);
    }

    public async Task SuspendAsync()
    {
        var process = _processes[_turn++ % _processes.Length];
        await process.SuspendAsync(go: false);
        await Task.Delay(Pause);
        await process.SuspendAsync(go: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>Ends one as a platform does, and starts it again.</summary>
    public async Task ReplaceAsync(int index)
    {
        await _processes[index].StopAsync();
        Assert.Empty(_processes[index].Faults);
        await _processes[index].DisposeAsync();
        await StartAsync(index);
    }

    private async Task StartAsync(int index) => _processes[index] = await ApiProcess.StartAsync(
        database.Settings, new Dictionary<string, string> { ["Role"] = roles[index], ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_ports[index]}" });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
