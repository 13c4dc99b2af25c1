using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Marketplace.Migrations.PostgreSql;

/// <summary>The model as <c>dotnet ef</c> sees it for this database. It connects to none.</summary>
public sealed class DesignTime : IDesignTimeDbContextFactory<MarketplaceDbContext>
{
    public MarketplaceDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<MarketplaceDbContext>();
        new DatabaseSettings(DatabaseProvider.PostgreSql, "Host=localhost;Database=design-time", null).Configure(options);
        return new(options.Options, new RequestContext());
    }
}
