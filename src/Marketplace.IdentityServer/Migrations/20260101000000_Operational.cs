using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Marketplace.IdentityServer.Migrations;

/// <summary>
/// The tables of <see cref="OperationalDb"/>, written by hand and for every database at once: no column names its type, so that
/// each provider takes its own.
/// </summary>
[DbContext(typeof(OperationalDb))]
[Migration("20260101000000_Operational")]
internal sealed class Operational : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        Keys(migrationBuilder);
        Grants(migrationBuilder);
        DeviceCodes(migrationBuilder);
        Sessions(migrationBuilder);
        PushedRequests(migrationBuilder);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var table in new[] { "pushed_requests", "sign_in_sessions", "device_codes", "token_grants", "signing_keys" })
        {
            migrationBuilder.DropTable(table);
        }
    }

    private static void Keys(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "signing_keys",
            table => new
            {
                id = Text(table, 450, required: true),
                version = table.Column<int>(),
                created = table.Column<DateTime>(),
                use = Text(table, 450),
                algorithm = Text(table, 100, required: true),
                is_x509_certificate = table.Column<bool>(),
                data_protected = table.Column<bool>(),
                data = Text(table, length: null, required: true),
            },
            constraints: table => table.PrimaryKey("pk_signing_keys", row => row.id));
        Index(migrationBuilder, "signing_keys", unique: false, "use");
    }

    private void Grants(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "token_grants",
            table => new
            {
                id = Number(table),
                key = Text(table, 200),
                type = Text(table, 50, required: true),
                subject_id = Text(table, 200),
                session_id = Text(table, 100),
                client_id = Text(table, 200, required: true),
                description = Text(table, 200),
                creation_time = table.Column<DateTime>(),
                expiration = table.Column<DateTime>(nullable: true),
                consumed_time = table.Column<DateTime>(nullable: true),
                data = Text(table, length: null, required: true),
            },
            constraints: table => table.PrimaryKey("pk_token_grants", row => row.id));
        migrationBuilder.CreateIndex("ix_token_grants_key", "token_grants", "key", unique: true, filter: NotNull("key"));
        Index(migrationBuilder, "token_grants", unique: false, "subject_id", "client_id", "type");
        Index(migrationBuilder, "token_grants", unique: false, "subject_id", "session_id", "type");
        Index(migrationBuilder, "token_grants", unique: false, "expiration");
        Index(migrationBuilder, "token_grants", unique: false, "consumed_time");
    }

    private static void DeviceCodes(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "device_codes",
            table => new
            {
                user_code = Text(table, 200, required: true),
                device_code = Text(table, 200, required: true),
                subject_id = Text(table, 200),
                session_id = Text(table, 100),
                client_id = Text(table, 200, required: true),
                description = Text(table, 200),
                creation_time = table.Column<DateTime>(),
                expiration = table.Column<DateTime>(),
                data = Text(table, length: null, required: true),
            },
            constraints: table => table.PrimaryKey("pk_device_codes", row => row.user_code));
        Index(migrationBuilder, "device_codes", unique: true, "device_code");
        Index(migrationBuilder, "device_codes", unique: false, "expiration");
    }

    private static void Sessions(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "sign_in_sessions",
            table => new
            {
                id = Number(table),
                key = Text(table, 100, required: true),
                scheme = Text(table, 100, required: true),
                subject_id = Text(table, 100, required: true),
                session_id = Text(table, 100),
                display_name = Text(table, 100),
                created = table.Column<DateTime>(),
                renewed = table.Column<DateTime>(),
                expires = table.Column<DateTime>(nullable: true),
                data = Text(table, length: null, required: true),
            },
            constraints: table => table.PrimaryKey("pk_sign_in_sessions", row => row.id));
        Index(migrationBuilder, "sign_in_sessions", unique: true, "key");
        foreach (var column in new[] { "expires", "subject_id", "session_id", "display_name" })
        {
            Index(migrationBuilder, "sign_in_sessions", unique: false, column);
        }
    }

    private static void PushedRequests(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "pushed_requests",
            table => new
            {
                id = Number(table),
                reference_value_hash = Text(table, 64, required: true),
                expires_at_utc = table.Column<DateTime>(),
                parameters = Text(table, length: null, required: true),
            },
            constraints: table => table.PrimaryKey("pk_pushed_requests", row => row.id));
        Index(migrationBuilder, "pushed_requests", unique: true, "reference_value_hash");
        Index(migrationBuilder, "pushed_requests", unique: false, "expires_at_utc");
    }

    /// <summary>Numbered by the database.</summary>
    private static OperationBuilder<AddColumnOperation> Number(ColumnsBuilder table) => table.Column<long>()
        .Annotation("Sqlite:Autoincrement", true)
        .Annotation("SqlServer:Identity", "1, 1")
        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn);

    private static OperationBuilder<AddColumnOperation> Text(ColumnsBuilder table, int? length, bool required = false) =>
        table.Column<string>(maxLength: length, nullable: !required);

    private static void Index(MigrationBuilder migrationBuilder, string table, bool unique, params string[] columns) =>
        migrationBuilder.CreateIndex($"ix_{table}_{string.Join('_', columns)}", table, columns, unique: unique);

    /// <summary>SQL Server takes two rows without a value for equal.</summary>
    private string? NotNull(string column) => ActiveProvider?.EndsWith("SqlServer", StringComparison.Ordinal) == true ? $"[{column}] IS NOT NULL" : null;
}
