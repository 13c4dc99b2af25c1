using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using FluentValidation;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.IntegrationTests.Architecture;

/// <summary>What a review would otherwise have to look for.</summary>
public sealed class ArchitectureTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly Assembly Domain = typeof(Money).Assembly;
    private static readonly Assembly Application = typeof(Caller).Assembly;
    private static readonly Assembly Infrastructure = typeof(MarketplaceDbContext).Assembly;
    private static readonly Assembly Api = typeof(Program).Assembly;

    /// <summary>Who may be asked without a token.</summary>
    private static readonly string[] Open = ["/", "/connect/token", "/health/live", "/health/ready", "/openapi/{documentName}.json", "/v1/session", "/v1/session", "/v1/sign-in"];

    [Fact]
    public void The_domain_knows_nobody() =>
        Assert.All(Domain.GetReferencedAssemblies(), reference => Assert.StartsWith("System", reference.Name!, StringComparison.Ordinal));

    [Fact]
    public void The_use_cases_know_neither_the_database_nor_http()
    {
        var names = Application.GetReferencedAssemblies().Select(reference => reference.Name!).ToList();
        Assert.DoesNotContain(names, name => name.StartsWith("Marketplace.", StringComparison.Ordinal) && name != Domain.GetName().Name);
        Assert.DoesNotContain(names, name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.StartsWith("Npgsql", StringComparison.Ordinal) || name.Contains("SqlClient", StringComparison.Ordinal) || name.Contains("Sqlite", StringComparison.Ordinal));
        Assert.DoesNotContain(Infrastructure.GetReferencedAssemblies(), reference => reference.Name == Api.GetName().Name);
    }

    [Fact]
    public void Nobody_asks_the_wall_clock()
    {
        string[] banned = ["DateTime.get_Now", "DateTime.get_UtcNow", "DateTime.get_Today", "DateTimeOffset.get_Now", "DateTimeOffset.get_UtcNow", "Thread.Sleep"];
        foreach (var assembly in new[] { Domain, Application, Infrastructure, Api })
        {
            Assert.Empty(Calls(assembly).Intersect(banned).Select(call => $"{assembly.GetName().Name} calls {call}"));
        }

        Assert.DoesNotContain("TimeProvider.get_System", Calls(Domain));
    }

    [Fact]
    public async Task Every_body_has_a_validator()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        await using var scope = server.Services.CreateAsyncScope();
        var bodies = Endpoints(server).SelectMany(endpoint => endpoint.Metadata.GetOrderedMetadata<IAcceptsMetadata>()).Select(accepts => accepts.RequestType).OfType<Type>()
            .Where(type => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>))).Distinct().ToList();
        Assert.NotEmpty(bodies);
        Assert.Empty(bodies.Where(body => MarketJson.Options.GetTypeInfo(body).Properties.Count > 0)
            .Where(body => !scope.ServiceProvider.GetServices(typeof(IValidator<>).MakeGenericType(body)).Any()).Select(body => $"{body.Name} has no validator"));
    }

    [Fact]
    public void Every_request_has_one_handler()
    {
        var types = new[] { Application, Infrastructure, Api }.SelectMany(assembly => assembly.GetTypes()).Where(type => type is { IsClass: true, IsAbstract: false }).ToList();
        static IEnumerable<Type> Closed(Type type, Type open) => type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == open);
        var handled = types.SelectMany(type => Closed(type, typeof(IRequestHandler<,>))).Select(handler => handler.GetGenericArguments()[0]).ToLookup(request => request);
        Assert.Empty(types.Where(type => Closed(type, typeof(IRequest<>)).Any()).Where(request => handled[request].Count() != 1).Select(request => $"{request.Name} has {handled[request].Count()} handlers"));
    }

    [Fact]
    public void Every_name_on_the_wire_is_in_camel_case()
    {
        foreach (var value in new[] { Domain, Application }.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsEnum).SelectMany(type => Enum.GetValues(type).Cast<object>()))
        {
            var name = JsonSerializer.Serialize(value, value.GetType(), MarketJson.Options).Trim('"');
            Assert.Equal(JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!), name);
        }
    }

    [Fact]
    public async Task Every_endpoint_wants_a_token_but_these()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var open = Endpoints(server).Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'));
        Assert.Equal(Open, open.Order(StringComparer.Ordinal));

        // The rest is covered by the fallback, or says itself what it wants.
        var fallback = await server.Services.GetRequiredService<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();
        Assert.NotNull(fallback);
    }

    private static IEnumerable<RouteEndpoint> Endpoints(MarketplaceServer server) => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Every method of other assemblies that an assembly calls, as <c>Type.Method</c>.</summary>
    private static HashSet<string> Calls(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        return [.. reader.MemberReferences.Select(reader.GetMemberReference).Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{reader.GetString(reader.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{reader.GetString(member.Name)}")];
    }
}
