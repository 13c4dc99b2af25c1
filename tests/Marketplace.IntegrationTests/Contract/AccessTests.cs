using System.Reflection;
using System.Text;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Contract;

/// <summary>
/// Who may call what: every endpoint of the OpenAPI document, called by every role on its own and on others' rows, and by every
/// duty within an organization, against the table in <c>docs/security.md</c>. An endpoint that isn't in it fails. To take a change
/// over, run these tests with MARKETPLACE_UPDATE_CONTRACT=1, read what changed, and commit it.
/// </summary>
public sealed class AccessTests(Servers servers) : IClassFixture<Servers>
{
    private const string Begin = "<!-- access: written by AccessTests with MARKETPLACE_UPDATE_CONTRACT=1 -->";
    private const string End = "<!-- /access -->";

    /// <summary>Moves everybody's time: called with a body that is refused.</summary>
    private static readonly string[] Harmless = ["PUT /v1/sandbox/clock"];

    [Fact]
    public async Task Every_endpoint_lets_in_whom_the_table_says()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var world = await World.MakeAsync(server);
        var rows = new List<string>
        {
            "| endpoint | anonymous | provider | enterprise | authority | auditor | admin | duties |",
            "|---|---|---|---|---|---|---|---|",
        };
        var callers = await Callers.MakeAsync(world);
        foreach (var operation in (await OpenApi.ReadAsync(server)).Operations.OrderBy(o => o.Path, StringComparer.Ordinal).ThenBy(o => o.Method, StringComparer.Ordinal))
        {
            rows.Add(await callers.RowAsync(operation));
        }

        Assert.Empty(server.Faults);
        await CompareAsync(rows);
    }

    /// <summary>Auditors read everything and change nothing; this holds whatever the table says.</summary>
    [Fact]
    public async Task An_auditor_changes_nothing()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var world = await World.MakeAsync(server);
        var auditor = await server.Admin.ColleagueAsync("owner", "auditor");
        var before = await EntriesAsync(server);
        foreach (var operation in (await OpenApi.ReadAsync(server)).Operations.Where(o => o.Writes && o.Path != "/connect/token"))
        {
            await SendAsync(operation, auditor, world, world.Address(operation.Path));
        }

        Assert.Equal(before, await EntriesAsync(server));
    }

    private static async Task<int> EntriesAsync(MarketplaceServer server)
    {
        await using var db = server.Database.Open();
        return db.AuditEntries.Count();
    }

    private static async Task CompareAsync(List<string> rows)
    {
        var file = typeof(AccessTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "AccessPage").Value!;
        var page = await File.ReadAllTextAsync(file);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= Begin.Length && end > begin, $"{file} has no place for the table.");
        if (Environment.GetEnvironmentVariable("MARKETPLACE_UPDATE_CONTRACT") == "1")
        {
            page = new StringBuilder(page[..begin]).Append("\n\n").AppendJoin('\n', rows).Append("\n\n").Append(page[end..]).ToString();
            await File.WriteAllTextAsync(file, page);
            end = page.IndexOf(End, StringComparison.Ordinal);
        }

        var known = page[begin..end].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Empty(rows.Except(known).Select(row => "now:   " + row).Concat(known.Except(rows).Select(row => "table: " + row)));
        Assert.Equal(known, rows);
    }

    private static Task<Answer> SendAsync(Operation operation, Party caller, World world, string address) => caller.SendAsync(
        new(operation.Method), address,
        operation.ContentTypes.Count == 0 ? null
        : operation.Path == "/connect/token" ? Party.Content("grant_type=none", operation.ContentTypes[0])
        : operation.Body is null || Harmless.Contains(operation.ToString()) ? Party.Content("{}", operation.JsonType)
        : operation.JsonType.Contains("batch", StringComparison.Ordinal) ? Party.Content(Reading(world), operation.JsonType)
        : Party.Content(BrokenRequestTests.Samples.For(operation, world).ToJsonString(), operation.JsonType));

    /// <summary>A reading of the world's meter for its leg, which then has it already or is refused: no usage is made up.</summary>
    private static string Reading(World world) => $$"""[{"specversion":"1.0","id":"a","source":"x","type":"marketplace.usage","subject":"{{world.Leg}}","data":{} }]""";

    /// <summary>Everybody who calls, and what became of it.</summary>
    private sealed class Callers
    {
        private readonly World _world;
        private readonly (string Role, Party Own, Party? Foreign)[] _roles;
        private readonly Dictionary<string, (string Duty, Party Party)[]> _duties = [];

        private Callers(World world, Party auditor)
        {
            _world = world;
            _roles =
            [
                ("provider", world.Provider, world.OtherProvider), ("enterprise", world.Buyer, world.OtherBuyer), ("authority", world.Authority, world.OtherAuthority),
                ("auditor", auditor, null), ("admin", world.Server.Admin, null),
            ];
        }

        public static async Task<Callers> MakeAsync(World world)
        {
            var callers = new Callers(world, await world.Server.Admin.ColleagueAsync("owner", "auditor"));
            foreach (var (role, own, _) in callers._roles)
            {
                var (head, of) = role == "auditor" ? (world.Server.Admin, "auditor") : (own, (string?)null);
                callers._duties[role] =
                [
                    ("owner", own), ("operator", await head.ColleagueAsync("operator", of)), ("viewer", await head.ColleagueAsync("viewer", of)), ("meter", await head.ColleagueAsync("meter", of)),
                ];
            }

            return callers;
        }

        public async Task<string> RowAsync(Operation operation)
        {
            var cells = new List<string> { $"`{operation}`", await CellAsync(operation, _world.Server.Nobody, _world.Buyer) };
            string? first = null;
            foreach (var (role, own, foreign) in _roles)
            {
                // Who may not do it goes first, for what is done on own rows may leave nothing to do.
                var others = foreign is null ? null : await CellAsync(operation, foreign, own);
                var mine = await CellAsync(operation, own, own);
                cells.Add(others is null || others == mine ? mine : $"{mine} / {others}");
                first ??= mine is "yes" or "none" ? role : null;
            }

            cells.Add(first is null ? "" : await DutiesAsync(operation, first));
            return $"| {string.Join(" | ", cells)} |";
        }

        /// <summary>The duties that let in, of the first role that is let in.</summary>
        private async Task<string> DutiesAsync(Operation operation, string role)
        {
            var allowed = new List<string>();
            foreach (var (duty, party) in _duties[role])
            {
                if (await CellAsync(operation, party, _roles.Single(r => r.Role == role).Own) is not ("401" or "403"))
                {
                    allowed.Add(duty);
                }
            }

            return allowed.Count == _duties[role].Length ? "all" : string.Join(", ", allowed);
        }

        /// <summary>
        /// 401, 403, 404 or yes: let in, whatever the market then says to it. A list that is answered without anything of the
        /// world's own is <c>none</c>.
        /// </summary>
        private async Task<string> CellAsync(Operation operation, Party caller, Party owner)
        {
            var address = await AddressForAsync(operation, owner);
            var answer = await SendAsync(operation, caller, _world, address);
            Assert.True(answer.Status < 500, $"{operation} by {caller.Name}: {answer}");
            return answer.Status switch
            {
                401 or 403 or 404 => answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
                200 when operation.Method == "GET" && answer.Json?["items"] is not null && !operation.Path.Contains('{') => Knows(answer) ? "yes" : "none",
                _ => "yes",
            };
        }

        /// <summary>Organizations are the row owner's, accounts in them new each time; everything else is the world's.</summary>
        private async Task<string> AddressForAsync(Operation operation, Party owner)
        {
            var address = _world.Address(operation.Path);
            if (operation.Path.StartsWith("/v1/organizations/{id}", StringComparison.Ordinal))
            {
                var id = _world.Accounts.ContainsKey(owner.Id) ? owner.Id : _world.Buyer.Id;
                var (client, person) = _world.Accounts[_world.Buyer.Id];
                address = address.Replace(_world.Buyer.Id, id, StringComparison.Ordinal);
                if (operation.Path.Contains("{clientId}", StringComparison.Ordinal))
                {
                    var made = (await _world.Server.Admin.PostAsync($"/v1/organizations/{id}/clients", new { name = "spare" })).Is(201);
                    address = address.Replace(client, made["clientId"], StringComparison.Ordinal);
                }

                if (operation.Path.Contains("{personId}", StringComparison.Ordinal))
                {
                    var name = $"u-{Guid.NewGuid():N}";
                    var made = (await _world.Server.Admin.PostAsync($"/v1/organizations/{id}/people", new { userName = name, email = name + "@firm.example" })).Is(201);
                    address = address.Replace(person, made["id"], StringComparison.Ordinal);
                }
            }

            var required = operation.Parameters.Where(p => p["in"]!.GetValue<string>() == "query" && p["required"]?.GetValue<bool>() == true)
                .Select(p => p["name"]!.GetValue<string>() + "=" + (p["name"]!.GetValue<string>() == "period" ? "2026-01" : _world.Buyer.Id));
            return string.Join('?', new[] { address, string.Join('&', required) }.Where(part => part.Length > 0));
        }

        private bool Knows(Answer answer) => Ids().Any(id => answer.Text.Contains(id, StringComparison.Ordinal));

        private IEnumerable<string> Ids() =>
        [
            _world.Provider.Id, _world.Buyer.Id, _world.Authority.Id, _world.Capacity.CenterId, _world.Capacity.Model, _world.Listing, _world.Quote, _world.Order, _world.Meter, _world.Programme,
            _world.Voucher, _world.Invoice, _world.Claim, _world.Dispute, _world.Application, _world.Bid,
        ];
    }
}
