using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>A process that is told to stop answers what it has begun.</summary>
public sealed class GracefulStopTests(Servers servers) : IClassFixture<Servers>
{
    [Fact]
    public async Task Requests_under_way_are_answered_and_the_process_ends_by_itself()
    {
        var database = await servers.MakeDatabaseAsync(DatabaseKind.Sqlite);
        await using var process = await ApiProcess.StartAsync(database.Settings);
        using var http = new HttpClient { BaseAddress = process.Address };
        Task<HttpResponseMessage> SignInAsync()
        {
            var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "admin", ["client_secret"] = ApiProcess.AdminSecret });
            return http.PostAsync("/connect/token", form);
        }

        // Hashing a secret takes long enough to be under way when the process is told. The first ones open the connections: one that
        // isn't accepted yet is nothing that the process has begun.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SignInAsync()));
        var asked = Enumerable.Range(0, 8).Select(_ => SignInAsync()).ToList();
        (await await Task.WhenAny(asked)).EnsureSuccessStatusCode();
        await process.StopAsync();

        foreach (var answer in await Task.WhenAll(asked))
        {
            answer.EnsureSuccessStatusCode();
        }

        Assert.Equal(0, process.ExitCode);
        Assert.Empty(process.Faults);
    }
}
