using Marketplace.Application;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.Benchmarks.Quotes;

/// <summary>A database with a <see cref="Book"/> in it, and the product's own services on it.</summary>
internal sealed class BookDatabase : IAsyncDisposable
{
    /// <summary>Sites that are written at once.</summary>
    private const int Batch = 20;

    private readonly ServiceProvider _services;
    private readonly string? _folder;

    private BookDatabase(DatabaseSettings settings, string? folder)
    {
        _folder = folder;
        var services = new ServiceCollection();
        services.AddSingleton(BenchmarkMarket.Settings);
        services.AddMarketplaceApplication();
        services.AddMarketplaceInfrastructure(settings, sandbox: false);
        services.AddSingleton<MarketClock>(new StandingClock());
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        _services = services.BuildServiceProvider();
    }

    /// <summary>Follows the database as the API's does.</summary>
    public LiveCapacity Capacity => _services.GetRequiredService<LiveCapacity>();

    public BusinessTime Time => _services.GetRequiredService<MarketplaceSettings>().Time;

    public int Listings { get; private set; }

    public int Nodes { get; private set; }

    public int Reservations { get; private set; }

    /// <param name="postgres">The connection string of a server on which a database may be made; null for a SQLite file.</param>
    public static async Task<BookDatabase> MakeAsync(string? postgres, Book book, IEnumerable<Demand> asked)
    {
        var folder = postgres is null ? Directory.CreateTempSubdirectory("marketplace-quotes-").FullName : null;
        var settings = postgres is null
            ? new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder!, "market.db")}", null)
            : new DatabaseSettings(DatabaseProvider.PostgreSql, $"{postgres};Database=quotes_{Guid.NewGuid():N}", null);
        var database = new BookDatabase(settings, folder);
        try
        {
            await database.FillAsync(book, asked);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (var scope = _services.CreateAsyncScope())
        {
            await Open(scope).Database.EnsureDeletedAsync();
        }

        await _services.DisposeAsync();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Reads what the index is made of and makes nothing of it: as fast as it could be rebuilt.</summary>
    public async Task ReadRawAsync()
    {
        await using var scope = _services.CreateAsyncScope();
        var connection = Open(scope).Database.GetDbConnection();
        await connection.OpenAsync();
        string[] reads = ["SELECT node_id, card, milli, cpu_milli, memory_mi_b, from_hour, to_hour FROM reservations", "SELECT node_id, listing_id FROM listing_nodes", "SELECT * FROM nodes", "SELECT * FROM listings"];
        foreach (var read in reads)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The four above.
            command.CommandText = read;
#pragma warning restore CA2100
            await using var rows = await command.ExecuteReaderAsync();
            var values = new object[rows.FieldCount];
            while (await rows.ReadAsync())
            {
                rows.GetValues(values);
            }
        }
    }

    private static MarketplaceDbContext Open(AsyncServiceScope scope)
    {
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System;
        return scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>();
    }

    private async Task FillAsync(Book book, IEnumerable<Demand> asked)
    {
        await using var scope = _services.CreateAsyncScope();
        var db = Open(scope);
        await db.Database.MigrateAsync();
        await using var connection = await BulkWriter.OpenAsync(db);
        var writer = new BulkWriter(db, connection);
        await writer.WriteAsync(Book.Models);
        await writer.WriteAsync(asked.Select(Asked));
        foreach (var sites in book.Sites().Chunk(Batch))
        {
            var racks = sites.SelectMany(site => site.Racks).ToList();
            await writer.WriteAsync(sites.Select(site => site.Center));
            await writer.WriteAsync(racks.Select(rack => rack.Listing));
            await writer.WriteAsync(racks.SelectMany(rack => rack.Nodes));
            await writer.WriteAsync(racks.SelectMany(rack => rack.Nodes.Select(node => new ListingNode
            {
                ListingId = rack.Listing.Id,
                NodeId = node.Id,
                SellerId = rack.Listing.SellerId,
                From = rack.Listing.From,
                To = rack.Listing.To,
            })));
            await writer.WriteAsync(racks.SelectMany(rack => rack.Reservations));
            Listings += racks.Count;
            Nodes += racks.Sum(rack => rack.Nodes.Count);
            Reservations += racks.Sum(rack => rack.Reservations.Count);
        }

        if (db.Database.IsNpgsql())
        {
            // As the server does on its own, before long.
            await BulkWriter.ExecuteAsync(connection, "ANALYZE");
        }
    }

    private static Enquiry Asked(Demand demand) => new() { Id = Id<Enquiry>.New(Book.Now), BuyerId = Id<Organization>.None, At = Book.Now, Demand = demand };

    private sealed class StandingClock : MarketClock
    {
        protected override DateTimeOffset Now() => Book.Now;
    }
}
