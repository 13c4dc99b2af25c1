using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Marketplace.IntegrationTests.Persistence;

/// <summary>On which databases the product starts.</summary>
public sealed class DatabaseSetupTests(Servers servers) : IClassFixture<Servers>
{
    private const string Another = "20200101000000_Another";

    [Theory, EveryDatabase]
    public async Task A_database_of_a_newer_release_is_taken_and_one_of_another_line_is_refused(DatabaseKind kind)
    {
        var database = await servers.MakeDatabaseAsync(kind);
        await using (var db = database.Open())
        {
            await db.Database.MigrateAsync();
            var history = db.GetService<IHistoryRepository>();
            await db.Database.ExecuteSqlRawAsync(history.GetInsertScript(new(Another, "10.0.0")));
            await servers.StartAsync(database);
            await db.Database.ExecuteSqlRawAsync(history.GetDeleteScript(db.Database.GetMigrations().First()));
        }

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => servers.StartAsync(database));
        Assert.Contains(Another, refused.Message, StringComparison.Ordinal);
    }
}
