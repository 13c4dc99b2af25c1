using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Marketplace.Application.Organizations;
using Marketplace.Domain.Organizations;

namespace Marketplace.Infrastructure.Webhooks;

/// <summary>
/// Posts to addresses that organizations chose, and so to none inside the platform's own network: what a name leads to is looked at
/// when the connection is made, redirections aren't followed, no proxy is used, and nothing of an answer but its status is kept.
/// </summary>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly WebhookSettings _settings;
    private readonly TimeProvider _realTime;
    private readonly HttpClient _http;

    public WebhookSender(WebhookSettings settings, TimeProvider realTime)
    {
        (_settings, _realTime) = (settings, realTime);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        })
        { Timeout = Patience };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("marketplace-webhooks/1");
    }

    public async Task<ReceiverAnswer> SendAsync(string url, string id, string body, IReadOnlyList<string> secrets, CancellationToken cancellationToken)
    {
        // Receivers hold this against their own clock, so it is the real one.
        var timestamp = _realTime.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", Webhook.Sign(secrets, id, timestamp, body));
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return new(answer.IsSuccessStatusCode, answer.StatusCode == HttpStatusCode.Gone, ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (HttpRequestException unreachable)
        {
            return new(false, false, unreachable.InnerException is PrivateAddressException ? "private address" : $"no connection ({unreachable.HttpRequestError})");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, false, "no answer in time");
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = addresses.Where(address => _settings.AllowPrivate || PublicAddress.Is(address)).ToArray();
        if (allowed.Length == 0)
        {
            throw new PrivateAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class PrivateAddressException() : IOException("The name leads to no public address.");
}

/// <summary>Which addresses are of the public internet: all but those that IANA's special-purpose registries set apart (RFC 6890).</summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] Apart =
    [
        .. ((string[])["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    public static bool Is(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || Global6.Contains(plain)) && !Apart.Any(network => network.Contains(plain));
    }
}
