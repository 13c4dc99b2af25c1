using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>
/// A throwaway PostgreSQL on a free loopback port, started when the first test asks for it and deleted after the last; or the
/// server that MARKETPLACE_TEST_POSTGRES names by a connection string.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    /// <summary>
    /// The cluster's life hangs on a pipe: when it closes, because the run is over or was killed, the server is stopped and its
    /// folder deleted. Each line that comes through it kills the server as a power cut would, and starts it again. Without fsync,
    /// for nothing here must survive the machine.
    /// </summary>
    private const string Script = """
        set -e
        bin=$1 port=$2 commit=$3
        data=$(mktemp -d "${TMPDIR:-/tmp}/marketplace-postgres-XXXXXX")
        trap 'rm -rf "$data"' EXIT
        "$bin/initdb" -D "$data/db" -U postgres -A trust -E UTF8 --locale=C --no-sync > "$data/log" 2>&1 || { cat "$data/log" >&2; exit 1; }
        run() {
            for try in 1 2 3 4 5 6 7 8 9 10; do
                "$bin/postgres" -D "$data/db" -p "$port" -k "$data" -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off \
                    -c synchronous_commit="$commit" -c max_connections=300 -c shared_buffers=64MB >> "$data/log" 2>&1 &
                server=$!
                sleep 0.2
                ! kill -0 "$server" 2> /dev/null || return 0
            done
            cat "$data/log" >&2
            return 1
        }
        run
        echo started
        while read -r _; do
            kill -KILL "$server" $(cat "/proc/$server/task/$server/children")
            wait "$server" || true
            run
            echo started
        done
        kill -INT "$server"
        wait "$server" || true
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string? Named = Environment.GetEnvironmentVariable("MARKETPLACE_TEST_POSTGRES") is { Length: > 0 } text ? text : null;

    /// <summary>The folder of PostgreSQL's programs; null where there is none.</summary>
    public static readonly string? Binaries = FindBinaries();

    private readonly Lazy<Task<string>> _connectionString;
    private Process? _keeper;

    private readonly bool _durable;

    public PostgresCluster()
        : this(durable: false)
    {
    }

    /// <param name="durable">Whether what it has committed outlives <see cref="CrashAsync"/>.</param>
    internal PostgresCluster(bool durable)
    {
        _durable = durable;
        _connectionString = new(StartAsync);
    }

    /// <summary>Whether the server is this one's own to kill.</summary>
    public static bool CanCrash => Named is null;

    /// <summary>Why there is no PostgreSQL for tests, or null where there is.</summary>
    public static string? WhyNot() =>
        Named is not null ? null
        : OperatingSystem.IsWindows() ? "no PostgreSQL: MARKETPLACE_TEST_POSTGRES names none"
        : Binaries is null ? "no PostgreSQL: initdb and postgres are in no known folder, and MARKETPLACE_TEST_POSTGRES names no server"
        : Environment.IsPrivilegedProcess && !File.Exists("/usr/sbin/runuser") && !File.Exists("/sbin/runuser") ? "no PostgreSQL: it refuses to run as root, and there is no runuser"
        : null;

    /// <summary>Opens the server; the caller adds the database.</summary>
    public Task<string> ConnectionStringAsync() => _connectionString.Value;

    /// <summary>Kills the server and all its connections between two instructions, and starts it again; returns when it answers.</summary>
    public async Task CrashAsync()
    {
        await _keeper!.StandardInput.WriteLineAsync();
        await _keeper.StandardInput.FlushAsync();
        if (await _keeper.StandardOutput.ReadLineAsync() != "started")
        {
            throw new InvalidOperationException("PostgreSQL didn't start again: " + await _keeper.StandardError.ReadToEndAsync());
        }

        await WaitAsync(await ConnectionStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_keeper is null)
        {
            return;
        }

        NpgsqlConnection.ClearAllPools();
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
    }

    private static string? FindBinaries()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return debian.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    private async Task<string> StartAsync()
    {
        if (Named is not null)
        {
            return Named;
        }

        var port = FreePort();
        string[] command = ["sh", "-c", Script, "sh", Binaries!, port.ToString(), _durable ? "on" : "off"];
        if (Environment.IsPrivilegedProcess)
        {
            command = ["runuser", "-u", "postgres", "--", .. command];
        }

        // Not the test's folder: the user postgres may not be allowed in.
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _keeper = Process.Start(start)!;
        if (await _keeper.StandardOutput.ReadLineAsync() != "started")
        {
            throw new InvalidOperationException("PostgreSQL didn't start: " + await _keeper.StandardError.ReadToEndAsync());
        }

        var connectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
        await WaitAsync(connectionString);
        return connectionString;
    }

    private static async Task WaitAsync(string connectionString)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
