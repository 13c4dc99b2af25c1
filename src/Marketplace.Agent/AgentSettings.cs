using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Marketplace.Agent;

/// <summary>Every setting, read and checked once at start. README has them with their defaults.</summary>
/// <param name="Api">Where the marketplace is; https, or http on this machine.</param>
/// <param name="ClientId">The provider's client.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="CenterId">The centre in which the node stands.</param>
/// <param name="Node">The node's name in that centre.</param>
/// <param name="MeterId">The registered meter; with a key, also who signs.</param>
/// <param name="MeterSource">The meter's source, as its registration answered it.</param>
/// <param name="KeyFile">PEM of the meter's private key (P-256); null sends unsigned.</param>
/// <param name="Command">Writes one sample as CSV; null where a file is followed.</param>
/// <param name="File">A CSV file with timestamps that something else appends to; null where a command is run.</param>
/// <param name="Interval">How often a sample is taken.</param>
/// <param name="MaxGap">How long before itself a sample vouches for at most.</param>
/// <param name="Folder">Where the spool lies.</param>
/// <param name="SpoolBytes">How large the spool may get; what comes then isn't taken in.</param>
/// <param name="BatchSize">Readings in a batch.</param>
/// <param name="RetryMax">The longest wait before a batch is tried again.</param>
internal sealed record AgentSettings(
    Uri Api, string ClientId, string ClientSecret, string CenterId, string Node, string MeterId, string MeterSource, string? KeyFile,
    IReadOnlyList<string>? Command, string? File, TimeSpan Interval, TimeSpan MaxGap, string Folder, long SpoolBytes, int BatchSize, TimeSpan RetryMax)
{
    private static readonly string[] NvidiaSmi = ["nvidia-smi", "--query-gpu=index,utilization.gpu,power.draw", "--format=csv"];

    /// <exception cref="SettingsException">With everything that is wrong.</exception>
    public static AgentSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var wrong = new List<string>();
        string Required(string name) => configuration[name] is { Length: > 0 } text ? text : Refuse(wrong, name, "is required", "");
        TimeSpan Span(string name, TimeSpan otherwise, TimeSpan least) =>
            configuration[name] is not { Length: > 0 } text ? otherwise
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= least && span <= TimeSpan.FromDays(1) ? span
            : Refuse(wrong, name, $"must be a time span from {least} to a day, such as 00:01:00", otherwise);
        long Number(string name, long otherwise, long least, long most) =>
            configuration[name] is not { Length: > 0 } text ? otherwise
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : Refuse(wrong, name, $"must be a whole number, {least} to {most}", otherwise);

        var interval = Span("Interval", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        var file = configuration["File"] is { Length: > 0 } followed ? followed : null;
        var command = configuration.GetSection("Command").GetChildren().Select(part => part.Value ?? "").ToList();
        if (file is not null && command.Count > 0)
        {
            wrong.Add("File and Command: one or the other");
        }

        var settings = new AgentSettings(
            Address(configuration["Api"], wrong), Required("ClientId"), Secret(configuration, wrong), Required("CenterId"), Required("Node"), Required("MeterId"),
            Required("MeterSource"), Existing(configuration["KeyFile"], wrong), file is not null ? null : command.Count > 0 ? command : NvidiaSmi, file,
            interval, Span("MaxGap", 3 * interval, interval), Required("Folder"), Number("SpoolBytes", 256L << 20, 1L << 16, 1L << 40), (int)Number("BatchSize", 1000, 1, 10_000),
            Span("RetryMax", TimeSpan.FromMinutes(5), TimeSpan.FromMilliseconds(10)));
        return wrong.Count == 0 ? settings : throw new SettingsException(string.Join('\n', wrong));
    }

    /// <summary>The secret goes to this address, so it isn't sent in the clear over a network.</summary>
    private static Uri Address(string? text, List<string> wrong) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? new(uri.AbsoluteUri.TrimEnd('/') + "/")
            : Refuse(wrong, "Api", "must be an https address (http only on this machine)", new Uri("http://localhost/"));

    private static string Secret(IConfiguration configuration, List<string> wrong)
    {
        if (configuration["ClientSecret"] is { Length: > 0 } secret)
        {
            return secret;
        }

        return Existing(configuration["ClientSecretFile"], wrong) is { } file
            ? System.IO.File.ReadAllText(file).Trim()
            : Refuse(wrong, "ClientSecret", "is required, or ClientSecretFile", "");
    }

    private static string? Existing(string? file, List<string> wrong)
    {
        if (file is { Length: > 0 } && !System.IO.File.Exists(file))
        {
            wrong.Add($"There is no file {file}");
            return null;
        }

        return file is { Length: > 0 } ? file : null;
    }

    private static T Refuse<T>(List<string> wrong, string name, string how, T value)
    {
        wrong.Add($"{name} {how}");
        return value;
    }
}

/// <summary>Settings that the agent can't start with.</summary>
internal sealed class SettingsException(string message) : Exception(message);
