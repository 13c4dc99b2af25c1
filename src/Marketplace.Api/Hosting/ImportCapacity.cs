using CsvHelper;
using Marketplace.Application;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Hosting;

/// <summary>
/// <c>import-capacity FILE.csv --organization CREDITCODE --center NAME</c>: adds the nodes of a file to a centre that is there,
/// all or none, by the use case and on the database of the API. Further arguments are settings.
/// </summary>
internal sealed record ImportCapacity(string File, string Organization, string Center, IReadOnlyList<string> Settings)
{
    public const string Verb = "import-capacity";
    public const string Usage = "usage: import-capacity FILE.csv --organization CREDITCODE --center NAME [--SETTING=VALUE...]";

    /// <summary>The nodes were added.</summary>
    public const int Imported = 0;

    /// <summary>The file was refused, and nothing was added.</summary>
    public const int Refused = 1;

    /// <summary>It couldn't be tried: arguments, file, database, organization or centre aren't there.</summary>
    public const int Failed = 2;

    /// <summary>Reads what follows the verb; null where it isn't used so.</summary>
    public static ImportCapacity? Parse(IReadOnlyList<string> arguments)
    {
        var (files, settings, options) = (new List<string>(), new List<string>(), new Dictionary<string, string>());
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is "--organization" or "--center" && i + 1 < arguments.Count)
            {
                options[arguments[i]] = arguments[++i];
            }
            else if (arguments[i].StartsWith("--", StringComparison.Ordinal) && arguments[i].Contains('=', StringComparison.Ordinal))
            {
                settings.Add(arguments[i]);
            }
            else
            {
                files.Add(arguments[i]);
            }
        }

        return files is [var file] && !file.StartsWith('-') && options.TryGetValue("--organization", out var organization) && options.TryGetValue("--center", out var center)
            ? new(file, organization, center, settings)
            : null;
    }

    public async Task<int> RunAsync(IServiceProvider services, TextWriter report, CancellationToken cancellationToken)
    {
        if (!System.IO.File.Exists(File))
        {
            return await FailAsync(report, $"There is no file {Path.GetFullPath(File)}.");
        }

        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>();
        if (!await db.Database.CanConnectAsync(cancellationToken) || (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            return await FailAsync(report, "There is no database, or an older one; start the API once.");
        }

        if (scope.ServiceProvider.GetRequiredService<HostSettings>().Sandbox.Enabled)
        {
            await scope.ServiceProvider.GetRequiredService<SandboxClock>().RefreshAsync(db, cancellationToken);
        }

        var context = scope.ServiceProvider.GetRequiredService<RequestContext>();
        context.Caller = Caller.System;
        if (await OwnerAsync(db, cancellationToken) is not { } owner)
        {
            return await FailAsync(report, $"There is no provider with credit code {Organization}.");
        }

        // From here on as the provider itself: it sees and changes its own rows only.
        context.Caller = new(Verb, Role.Provider, owner);
        var centers = await db.Centers.Where(center => center.Name == Center).Select(center => center.Id).Take(2).ToListAsync(cancellationToken);
        if (centers is not [var centerId])
        {
            return await FailAsync(report, centers.Count == 0 ? $"{Organization} has no centre {Center}." : $"{Organization} has more than one centre {Center}.");
        }

        try
        {
            await using var file = System.IO.File.OpenRead(File);
            return await ImportAsync(scope.ServiceProvider, await NodesCsv.ReadAsync(file, cancellationToken), centerId, report, cancellationToken);
        }
        catch (CsvFormatException malformed)
        {
            return await RefuseAsync(report, [malformed.Message]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(report, $"{File} can't be read: {unreadable.Message}");
        }
    }

    private async Task<Id<Organization>?> OwnerAsync(MarketplaceDbContext db, CancellationToken cancellationToken) => CreditCode.TryParse(Organization, out var code)
        ? await db.Organizations.Where(o => o.CreditCode == code && o.Kind == OrganizationKind.Provider).Select(o => (Id<Organization>?)o.Id).SingleOrDefaultAsync(cancellationToken)
        : null;

    private async Task<int> ImportAsync(IServiceProvider services, NodesCsv csv, Id<Center> center, TextWriter report, CancellationToken cancellationToken)
    {
        services.GetRequiredService<RequestContext>().UnreadableFields = csv.Errors;
        try
        {
            var answer = await services.GetRequiredService<IMediator>().Send(new AddNodes(csv.Nodes) { CenterId = center }, cancellationToken);
            await report.WriteLineAsync($"{answer.Nodes} nodes with {answer.Cards} cards were added to {Center}.");
            return Imported;
        }
        catch (InvalidRequestException invalid)
        {
            return await RefuseAsync(report, csv.Report(invalid));
        }
        catch (RuleException refused) when (refused.Code == "node.exists")
        {
            var names = csv.Nodes.Select(node => node.Name!).ToList();
            var taken = await services.GetRequiredService<IMarketplaceDb>().Nodes.Where(node => node.CenterId == center && EF.Parameter(names).Contains(node.Name))
                .Select(node => node.Name).ToListAsync(cancellationToken);
            var errors = names.Index().Where(node => taken.Contains(node.Item)).ToDictionary(node => $"nodes[{node.Index}].name", _ => new[] { "is taken by a node of the centre" });
            return await RefuseAsync(report, csv.Report(new(errors)));
        }
    }

    private static async Task<int> RefuseAsync(TextWriter report, IEnumerable<string> errors)
    {
        foreach (var error in errors)
        {
            await report.WriteLineAsync(error);
        }

        await report.WriteLineAsync("Nothing was added.");
        return Refused;
    }

    private static async Task<int> FailAsync(TextWriter report, string why)
    {
        await report.WriteLineAsync(why);
        return Failed;
    }
}
