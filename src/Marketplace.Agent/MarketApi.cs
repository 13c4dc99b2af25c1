using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Agent;

internal sealed record Verdicts(int Accepted, int Duplicates, IReadOnlyList<RefusedEvent> Conflicts, IReadOnlyList<RefusedEvent> Rejected);

/// <param name="Index">The event's place in the batch.</param>
internal sealed record RefusedEvent(string Code, string? Detail, int Index);

/// <summary>The API can't be reached, or didn't do what it was asked; to be tried again.</summary>
/// <param name="message">What it answered.</param>
/// <param name="retryAfter">When it wants to be asked again.</param>
internal sealed class ApiException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>The three calls that the agent makes, with a token of the provider's client.</summary>
internal sealed class MarketApi(HttpClient http, AgentSettings settings, TimeProvider time) : IDisposable
{
    private const int PageSize = 500;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan EarlyBy = TimeSpan.FromMinutes(1);

    private readonly ECDsa? _key = ReadKey(settings.KeyFile);
    private string? _token;
    private DateTimeOffset _tokenUntil;

    /// <summary>Which legs have cards of this node between two instants.</summary>
    public async Task<IReadOnlyList<NodeLeg>> LegsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var legs = new List<NodeLeg>();
        string? cursor = null;
        do
        {
            var address = $"v1/centers/{Uri.EscapeDataString(settings.CenterId)}/nodes/{Uri.EscapeDataString(settings.Node)}/legs"
                + $"?from={from.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}&to={to.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}&limit={PageSize}{(cursor is null ? "" : "&cursor=" + cursor)}";
            var page = await SendAsync<LegPage>(() => new(HttpMethod.Get, address), cancellationToken);
            legs.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return legs;
    }

    public Task<Verdicts> ReportAsync(byte[] body, CancellationToken cancellationToken) => SendAsync<Verdicts>(
        () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "v1/usage") { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/cloudevents-batch+json");
            if (_key is not null)
            {
                request.Headers.Add("Meter-Id", settings.MeterId);
                request.Headers.Add("Meter-Signature", Convert.ToBase64String(_key.SignData(body, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
            }

            return request;
        },
        cancellationToken);

    public void Dispose() => _key?.Dispose();

    /// <exception cref="SettingsException">The file holds no private key on P-256.</exception>
    private static ECDsa? ReadKey(string? file)
    {
        if (file is null)
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key.ExportParameters(includePrivateParameters: true).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value ? key : throw new CryptographicException();
        }
        catch (Exception unusable) when (unusable is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new SettingsException($"{file} holds no private key on P-256 in PEM");
        }
    }

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        try
        {
            using var request = make();
            request.Headers.Authorization = new("Bearer", await TokenAsync(cancellationToken));
            using var answer = await http.SendAsync(request, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                // Or the signature's: a new token does no harm then.
                _token = null;
            }

            return await ReadAsync<T>(answer, cancellationToken);
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or IOException or JsonException
            || (unreachable is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ApiException(unreachable.Message, inner: unreachable);
        }
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        if (_token is not null && time.GetUtcNow() < _tokenUntil)
        {
            return _token;
        }

        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = settings.ClientId,
            ["client_secret"] = settings.ClientSecret,
        });
        using var answer = await http.PostAsync("connect/token", form, cancellationToken);
        var token = await ReadAsync<Token>(answer, cancellationToken);
        _tokenUntil = time.GetUtcNow() + TimeSpan.FromSeconds(token.ExpiresIn) - EarlyBy;
        return _token = token.AccessToken;
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
        {
            return await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new ApiException("It answered null.");
        }

        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        throw new ApiException($"{(int)answer.StatusCode} {(text.Length <= 500 ? text : text[..500])}", After(answer.Headers.RetryAfter));
    }

    private TimeSpan? After(RetryConditionHeaderValue? header) => header?.Delta ?? header?.Date - time.GetUtcNow();

    private sealed record LegPage(IReadOnlyList<NodeLeg> Items, string? Next);

    private sealed record Token([property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn);
}
