using Marketplace.Application.Audit;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>
/// Makes a database ready at start: creates or migrates it, and fills an empty one with the platform, its client and the
/// accelerator catalogue. Any number of processes may do so at once.
/// </summary>
public sealed partial class DatabaseSetup(IServiceScopeFactory scopes, IConfiguration configuration, ILogger<DatabaseSetup> logger)
{
    private const int Attempts = 10;

    /// <param name="sandboxNow">Where the sandbox's clock starts on an empty database; null outside the sandbox.</param>
    /// <returns>The secret that was made up for the client <c>admin</c>, if one was; it isn't kept.</returns>
    public async Task<string?> RunAsync(DateTimeOffset? sandboxNow, CancellationToken cancellationToken)
    {
        await MigrateAsync(cancellationToken);
        if (sandboxNow is { } start)
        {
            await StartSandboxAsync(start, cancellationToken);
        }

        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System with { Actor = "setup" };
        return await scope.ServiceProvider.GetRequiredService<IUnitOfWork>()
            .ExecuteAsync(token => FillAsync(scope.ServiceProvider, token), cancellationToken);
    }

    /// <summary>Whether nobody has set this database up yet.</summary>
    public async Task<bool> IsEmptyAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return !await scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>().Organizations.IgnoreQueryFilters().AnyAsync(cancellationToken);
    }

    /// <summary>Creates the schema, or brings it up to date.</summary>
    /// <exception cref="InvalidOperationException">Another line of releases made the database: neither holds what the other is built on.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>();
            try
            {
                if (db.Database.IsSqlite())
                {
                    await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
                }

                await RefuseStrangersAsync(db, cancellationToken);
                await db.Database.MigrateAsync(cancellationToken);
                if (db.Database.IsSqlServer())
                {
                    // Every transaction reads as of one moment, and keeps nobody from writing.
                    await db.Database.ExecuteSqlRawAsync("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON", cancellationToken);
                }

                return;
            }
            catch (System.Data.Common.DbException raced) when (attempt < Attempts)
            {
                // Several processes may create the same database at once; all but one are told that it is there.
                Retrying(attempt, raced.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellationToken);
            }
        }
    }

    /// <summary>
    /// A newer release's migrations are no matter, and missing ones are made; but where there are both, the schema is some other
    /// one, and making tables over it would fail with less to go by.
    /// </summary>
    private static async Task RefuseStrangersAsync(MarketplaceDbContext db, CancellationToken cancellationToken)
    {
        var mine = db.Database.GetMigrations().ToList();
        var there = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        if (there.Except(mine).Any() && mine.Except(there).Any())
        {
            throw new InvalidOperationException(
                $"The database was made by a build with other migrations ({string.Join(", ", there.Except(mine))}), which this one can't go on from. "
                + "Run that build on it, name another database in Database:ConnectionString, or delete it if it may go.");
        }
    }

    private async Task StartSandboxAsync(DateTimeOffset start, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>();
        await scope.ServiceProvider.GetRequiredService<IUnitOfWork>().ExecuteAsync(
            async token =>
            {
                if (!await db.SandboxTimes.AnyAsync(token))
                {
                    db.SandboxTimes.Add(new() { Now = start });
                }

                return Done.Value;
            },
            cancellationToken);
        await scope.ServiceProvider.GetRequiredService<SandboxClock>().RefreshAsync(db, cancellationToken);
    }

    private async Task<string?> FillAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var db = services.GetRequiredService<MarketplaceDbContext>();
        var known = (await db.Accelerators.Select(accelerator => accelerator.Model).ToListAsync(cancellationToken)).ToHashSet();
        var missing = AcceleratorCatalogue.Shipped.Where(entry => !known.Contains(entry.Model)).ToList();
        db.Accelerators.AddRange(missing.Select(AcceleratorCatalogue.Make));
        var audit = services.GetRequiredService<AuditLog>();
        if (missing.Count > 0)
        {
            audit.Record("accelerators.shipped", ("accelerator", "*"), null, new { models = missing.Select(entry => entry.Model) });
        }

        if (await db.Organizations.AnyAsync(cancellationToken))
        {
            return null;
        }

        var now = services.GetRequiredService<MarketClock>().GetUtcNow();
        var platform = Platform(now);
        db.Organizations.Add(platform);
        db.BuyerAccounts.Add(new() { OrganizationId = platform.Id });
        var given = configuration["Bootstrap:AdminClientSecret"];
        var secret = string.IsNullOrWhiteSpace(given) ? ClientRegistry.NewSecret() : given;
        services.GetRequiredService<ClientRegistry>().Add("admin", secret, platform.Id, "admin", Role.Admin, Duty.Owner);
        audit.Record("platform.created", ("organization", platform.Id.ToString()), platform.Id, new { client = "admin" });
        return secret == given ? null : secret;
    }

    private static Organization Platform(DateTimeOffset now)
    {
        const string body = "91110000000000000";
        return new()
        {
            Id = Id<Organization>.New(now),
            Name = "Marketplace platform",
            Kind = OrganizationKind.Platform,
            CreditCode = CreditCode.Parse(body + CreditCode.CheckDigit(body)),
            RegionCode = "110000",
            EstablishedOn = new(2026, 1, 1),
            Traits = [],
            Taxpayer = Taxpayer.General,
            Controllers = [],
            CreatedAt = now,
        };
    }

    [LoggerMessage(LogLevel.Information, "Preparing the database, attempt {Attempt}: {Reason}")]
    private partial void Retrying(int attempt, string reason);
}
