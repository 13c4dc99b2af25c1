using System.Reflection;
using System.Text;
using Marketplace.IntegrationTests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.IntegrationTests.Contract;

/// <summary>
/// The public contract as a file, so that no change of it goes unseen. To take a change over, run these tests with
/// MARKETPLACE_UPDATE_CONTRACT=1 and commit what they wrote.
/// </summary>
public sealed class ContractTests(Servers servers) : IClassFixture<Servers>
{
    /// <summary>What isn't an endpoint for programs.</summary>
    private static readonly string[] Undocumented = ["GET /", "GET /openapi/{documentName}.json", "* /health/live", "* /health/ready"];

    [Fact]
    public async Task The_contract_is_what_the_file_says()
    {
        var contract = Describe(await OpenApi.ReadAsync(await servers.OnAsync(DatabaseKind.Sqlite)));
        var file = Path.Combine(typeof(ContractTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ContractFolder").Value!, "v1.txt");
        if (Environment.GetEnvironmentVariable("MARKETPLACE_UPDATE_CONTRACT") == "1")
        {
            await File.WriteAllTextAsync(file, contract);
        }

        var known = (await File.ReadAllTextAsync(file)).Split('\n');
        var now = contract.Split('\n');
        Assert.Empty(now.Except(known).Select(line => "new: " + line).Concat(known.Except(now).Select(line => "gone: " + line)));
        Assert.Equal(known, now);
    }

    /// <summary>The console's client is typed from this copy, so that a change of the contract that breaks a page breaks the build.</summary>
    [Fact]
    public async Task The_console_is_built_on_the_document_as_it_is()
    {
        var document = (await (await servers.OnAsync(DatabaseKind.Sqlite)).Nobody.GetAsync("/openapi/v1.json")).Is(200).Text;
        var file = Path.Combine(typeof(ContractTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ConsoleFolder").Value!, "openapi.json");
        if (Environment.GetEnvironmentVariable("MARKETPLACE_UPDATE_CONTRACT") == "1")
        {
            await File.WriteAllTextAsync(file, document);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), document);
    }

    [Fact]
    public async Task Every_endpoint_stands_in_the_document()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var documented = (await OpenApi.ReadAsync(server)).Operations.Select(operation => operation.ToString());
        var mapped = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}"));
        Assert.Equal(mapped.Except(Undocumented).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_takes_and_answers()
    {
        var document = await OpenApi.ReadAsync(await servers.OnAsync(DatabaseKind.Sqlite));
        Assert.All(document.Operations, operation =>
        {
            Assert.False(string.IsNullOrEmpty(operation.Node["summary"]?.GetValue<string>()), $"{operation} has no summary");
            Assert.True(operation.Node["responses"]!.AsObject().Any(response => response.Key.StartsWith('2')), $"{operation} has no answer");
        });
    }

    private static string Describe(OpenApi document)
    {
        var text = new StringBuilder("# The public contract, written by ContractTests with MARKETPLACE_UPDATE_CONTRACT=1.\n");
        foreach (var operation in document.Operations.OrderBy(operation => operation.Path, StringComparer.Ordinal).ThenBy(operation => operation.Method, StringComparer.Ordinal))
        {
            text.Append($"\n{operation}\n");
            foreach (var parameter in operation.Parameters)
            {
                text.Append($"  {parameter["in"]} {parameter["name"]}{(parameter["required"]?.GetValue<bool>() == true ? "" : "?")}: {OpenApi.Describe(parameter["schema"])}\n");
            }

            foreach (var content in operation.Node["requestBody"]?["content"]?.AsObject() ?? [])
            {
                text.Append($"  body {content.Key}: {OpenApi.Describe(content.Value!["schema"])}\n");
            }

            foreach (var response in operation.Node["responses"]!.AsObject().OrderBy(response => response.Key, StringComparer.Ordinal))
            {
                var contents = response.Value!["content"]?.AsObject().Select(content => $"{content.Key} {OpenApi.Describe(content.Value!["schema"])}") ?? [];
                text.Append($"  {response.Key} {string.Join(" | ", contents)}".TrimEnd()).Append('\n');
            }
        }

        foreach (var (name, schema) in document.Schemas)
        {
            text.Append($"\nschema {name}\n");
            var properties = schema!["properties"]?.AsObject();
            if (properties is null)
            {
                text.Append($"  {OpenApi.Describe(schema)}\n");
                continue;
            }

            var required = (schema["required"]?.AsArray() ?? []).Select(item => item!.GetValue<string>()).ToHashSet();
            foreach (var property in properties.OrderBy(property => property.Key, StringComparer.Ordinal))
            {
                text.Append($"  {property.Key}{(required.Contains(property.Key) ? "" : "?")}: {OpenApi.Describe(property.Value)}\n");
            }
        }

        return text.ToString();
    }
}
