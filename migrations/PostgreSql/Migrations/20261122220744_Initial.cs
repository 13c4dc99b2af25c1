using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Marketplace.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "accelerators",
                columns: table => new
                {
                    model = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    vendor = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    origin = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    fp16_tflops = table.Column<decimal>(type: "numeric(18,6)", precision: 18, scale: 6, nullable: false),
                    memory_gi_b = table.Column<int>(type: "integer", nullable: false),
                    watts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_accelerators", x => x.model);
                });

            migrationBuilder.CreateTable(
                name: "alerts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    subject = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alerts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "api_clients",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    role = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    duty = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    secret_hash = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    previous_secret_hash = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    previous_secret_until = table.Column<long>(type: "bigint", nullable: true),
                    stamp = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    failed_attempts = table.Column<int>(type: "integer", nullable: false),
                    locked_until = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_clients", x => x.client_id);
                });

            migrationBuilder.CreateTable(
                name: "audit_entries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    actor = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: true),
                    action = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    subject_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    subject_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    details = table.Column<string>(type: "text", nullable: false),
                    seal_number = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_entries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_seals",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    entries = table.Column<int>(type: "integer", nullable: false),
                    previous_digest = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_seals", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "bank_references",
                columns: table => new
                {
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    purpose = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bank_references", x => new { x.organization_id, x.reference });
                });

            migrationBuilder.CreateTable(
                name: "bank_statements",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    imported_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bank_statements", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "billed_pairs",
                columns: table => new
                {
                    period = table.Column<int>(type: "integer", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_billed_pairs", x => new { x.period, x.seller_id, x.organization_id });
                });

            migrationBuilder.CreateTable(
                name: "billing_periods",
                columns: table => new
                {
                    period = table.Column<int>(type: "integer", nullable: false),
                    closed_at = table.Column<long>(type: "bigint", nullable: false),
                    billed_at = table.Column<long>(type: "bigint", nullable: true),
                    settled_at = table.Column<long>(type: "bigint", nullable: true),
                    looked_at = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_billing_periods", x => x.period);
                });

            migrationBuilder.CreateTable(
                name: "buyer_readings",
                columns: table => new
                {
                    meter_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_at = table.Column<long>(type: "bigint", nullable: false),
                    to_at = table.Column<long>(type: "bigint", nullable: false),
                    cards = table.Column<int>(type: "integer", nullable: false),
                    milli = table.Column<int>(type: "integer", nullable: false),
                    card = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    busy_seconds = table.Column<long>(type: "bigint", nullable: true),
                    input_tokens = table.Column<long>(type: "bigint", nullable: true),
                    output_tokens = table.Column<long>(type: "bigint", nullable: true),
                    energy_milli_wh = table.Column<long>(type: "bigint", nullable: true),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    replaces = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    content_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    accepted_at = table.Column<long>(type: "bigint", nullable: false),
                    attested = table.Column<bool>(type: "boolean", nullable: false),
                    usage_version = table.Column<long>(type: "bigint", nullable: false),
                    replaced_at_version = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_buyer_readings", x => new { x.meter_id, x.event_id });
                });

            migrationBuilder.CreateTable(
                name: "capacity_changes",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    node_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_capacity_changes", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "enquiries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    demand = table.Column<string>(type: "text", nullable: false),
                    quote_id = table.Column<Guid>(type: "uuid", nullable: true),
                    unfillable_reason = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_enquiries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "fraud_flags",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    subject_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    subject_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    decided_at = table.Column<long>(type: "bigint", nullable: true),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_fraud_flags", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_records",
                columns: table => new
                {
                    actor = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    request_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    answer = table.Column<string>(type: "text", nullable: true),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_records", x => new { x.actor, x.key });
                });

            migrationBuilder.CreateTable(
                name: "identity_users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    role = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    duty = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    user_name = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    normalized_user_name = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    normalized_email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    email_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                    password_hash = table.Column<string>(type: "text", nullable: true),
                    security_stamp = table.Column<string>(type: "text", nullable: true),
                    concurrency_stamp = table.Column<string>(type: "text", nullable: true),
                    two_factor_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    lockout_end = table.Column<long>(type: "bigint", nullable: true),
                    lockout_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    access_failed_count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_identity_users", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "job_runs",
                columns: table => new
                {
                    job = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    due_at = table.Column<long>(type: "bigint", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    finished_at = table.Column<long>(type: "bigint", nullable: true),
                    succeeded_at = table.Column<long>(type: "bigint", nullable: true),
                    summary = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_job_runs", x => new { x.job, x.due_at });
                });

            migrationBuilder.CreateTable(
                name: "journal_entries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    @event = table.Column<string>(name: "event", type: "character varying(50)", maxLength: 50, nullable: false),
                    reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_journal_entries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "number_series",
                columns: table => new
                {
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    document = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    year = table.Column<int>(type: "integer", nullable: false),
                    last = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_number_series", x => new { x.seller_id, x.document, x.year });
                });

            migrationBuilder.CreateTable(
                name: "organizations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    credit_code = table.Column<string>(type: "character varying(18)", maxLength: 18, nullable: false),
                    region_code = table.Column<string>(type: "character varying(6)", maxLength: 6, nullable: false),
                    established_on = table.Column<DateOnly>(type: "date", nullable: false),
                    traits = table.Column<string>(type: "text", nullable: false),
                    taxpayer = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    controllers = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_organizations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "price_index_days",
                columns: table => new
                {
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    published_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_price_index_days", x => x.day);
                });

            migrationBuilder.CreateTable(
                name: "proposals",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    operation = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    request = table.Column<string>(type: "text", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    proposed_by = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    proposed_at = table.Column<long>(type: "bigint", nullable: false),
                    key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    decided_by = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    decided_at = table.Column<long>(type: "bigint", nullable: true),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_proposals", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "readings",
                columns: table => new
                {
                    meter_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_at = table.Column<long>(type: "bigint", nullable: false),
                    to_at = table.Column<long>(type: "bigint", nullable: false),
                    cards = table.Column<int>(type: "integer", nullable: false),
                    milli = table.Column<int>(type: "integer", nullable: false),
                    card = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    busy_seconds = table.Column<long>(type: "bigint", nullable: true),
                    input_tokens = table.Column<long>(type: "bigint", nullable: true),
                    output_tokens = table.Column<long>(type: "bigint", nullable: true),
                    energy_milli_wh = table.Column<long>(type: "bigint", nullable: true),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    replaces = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    content_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    accepted_at = table.Column<long>(type: "bigint", nullable: false),
                    attested = table.Column<bool>(type: "boolean", nullable: false),
                    usage_version = table.Column<long>(type: "bigint", nullable: false),
                    replaced_at_version = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_readings", x => new { x.meter_id, x.event_id });
                    table.CheckConstraint("ck_readings_cards", "cards >= 0 AND milli BETWEEN 1 AND 1000");
                    table.CheckConstraint("ck_readings_interval", "from_at < to_at");
                });

            migrationBuilder.CreateTable(
                name: "sandbox_times",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    now = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sandbox_times", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "stored_keys",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    xml = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stored_keys", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "webhook_events",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    subject_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    subject_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_events", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "webhooks",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    url = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    events = table.Column<string>(type: "text", nullable: false),
                    sealed_secret = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    sealed_former = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    former_until = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    disabled_at = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhooks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bank_rows",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    statement_id = table.Column<Guid>(type: "uuid", nullable: false),
                    line = table.Column<int>(type: "integer", nullable: false),
                    booked_on = table.Column<DateOnly>(type: "date", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    counterparty_code = table.Column<string>(type: "character varying(18)", maxLength: 18, nullable: true),
                    remark = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    outcome = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: true),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bank_rows", x => x.id);
                    table.ForeignKey(
                        name: "fk_bank_rows_bank_statements_statement_id",
                        column: x => x.statement_id,
                        principalTable: "bank_statements",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "identity_user_claims",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    claim_type = table.Column<string>(type: "text", nullable: true),
                    claim_value = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_identity_user_claims", x => x.id);
                    table.ForeignKey(
                        name: "fk_identity_user_claims_identity_users_user_id",
                        column: x => x.user_id,
                        principalTable: "identity_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "identity_user_logins",
                columns: table => new
                {
                    login_provider = table.Column<string>(type: "text", nullable: false),
                    provider_key = table.Column<string>(type: "text", nullable: false),
                    provider_display_name = table.Column<string>(type: "text", nullable: true),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_identity_user_logins", x => new { x.login_provider, x.provider_key });
                    table.ForeignKey(
                        name: "fk_identity_user_logins_identity_users_user_id",
                        column: x => x.user_id,
                        principalTable: "identity_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "identity_user_tokens",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    login_provider = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_identity_user_tokens", x => new { x.user_id, x.login_provider, x.name });
                    table.ForeignKey(
                        name: "fk_identity_user_tokens_identity_users_user_id",
                        column: x => x.user_id,
                        principalTable: "identity_users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "postings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    entry_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    account = table.Column<string>(type: "character varying(150)", maxLength: 150, nullable: false),
                    party_id = table.Column<Guid>(type: "uuid", nullable: true),
                    asset = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_postings", x => x.id);
                    table.ForeignKey(
                        name: "fk_postings_journal_entries_entry_id",
                        column: x => x.entry_id,
                        principalTable: "journal_entries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "alert_thresholds",
                columns: table => new
                {
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    low_balance = table.Column<long>(type: "bigint", nullable: true),
                    monthly_budget = table.Column<long>(type: "bigint", nullable: true),
                    low_since = table.Column<long>(type: "bigint", nullable: true),
                    told_for = table.Column<int>(type: "integer", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_thresholds", x => x.organization_id);
                    table.ForeignKey(
                        name: "fk_alert_thresholds_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "bank_transfers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bank_transfers", x => x.id);
                    table.ForeignKey(
                        name: "fk_bank_transfers_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "bids",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    demand = table.Column<string>(type: "text", nullable: false),
                    work = table.Column<string>(type: "text", nullable: true),
                    limit_price = table.Column<long>(type: "bigint", nullable: false),
                    chosen = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: true),
                    last_refusal = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    tried_at_change = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bids", x => x.id);
                    table.ForeignKey(
                        name: "fk_bids_organizations_buyer_id",
                        column: x => x.buyer_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "buyer_accounts",
                columns: table => new
                {
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    deposit = table.Column<long>(type: "bigint", nullable: false),
                    held = table.Column<long>(type: "bigint", nullable: false),
                    receivable = table.Column<long>(type: "bigint", nullable: false),
                    credit_limit = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_buyer_accounts", x => x.organization_id);
                    table.CheckConstraint("ck_buyer_accounts_sums", "deposit >= 0 AND held >= 0 AND receivable >= 0 AND credit_limit >= 0");
                    table.ForeignKey(
                        name: "fk_buyer_accounts_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "centers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    region_code = table.Column<string>(type: "character varying(6)", maxLength: 6, nullable: false),
                    hub = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    pue = table.Column<decimal>(type: "numeric(18,6)", precision: 18, scale: 6, nullable: true),
                    latency_ms = table.Column<decimal>(type: "numeric(18,6)", precision: 18, scale: 6, nullable: true),
                    bandwidth_gbps = table.Column<decimal>(type: "numeric(18,6)", precision: 18, scale: 6, nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_centers", x => x.id);
                    table.ForeignKey(
                        name: "fk_centers_organizations_owner_id",
                        column: x => x.owner_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "orders",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    quote_id = table.Column<Guid>(type: "uuid", nullable: false),
                    workload = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    placed_at = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: false),
                    public_money = table.Column<long>(type: "bigint", nullable: false),
                    public_money_from_outside = table.Column<long>(type: "bigint", nullable: false),
                    payable = table.Column<long>(type: "bigint", nullable: false),
                    deposit_held = table.Column<long>(type: "bigint", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: false),
                    funding = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_orders", x => x.id);
                    table.ForeignKey(
                        name: "fk_orders_organizations_buyer_id",
                        column: x => x.buyer_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "organization_controllers",
                columns: table => new
                {
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    controller = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_organization_controllers", x => new { x.controller, x.organization_id });
                    table.ForeignKey(
                        name: "fk_organization_controllers_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "programmes",
                columns: table => new
                {
                    code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    authority_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_programmes", x => x.code);
                    table.ForeignKey(
                        name: "fk_programmes_organizations_authority_id",
                        column: x => x.authority_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "quotes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    demand = table.Column<string>(type: "text", nullable: false),
                    plan = table.Column<string>(type: "text", nullable: false),
                    work = table.Column<string>(type: "text", nullable: true),
                    chosen = table.Column<string>(type: "text", nullable: true),
                    vouchers = table.Column<string>(type: "text", nullable: false),
                    vouchers_not_applied = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    public_money = table.Column<long>(type: "bigint", nullable: false),
                    payable = table.Column<long>(type: "bigint", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_quotes", x => x.id);
                    table.ForeignKey(
                        name: "fk_quotes_organizations_buyer_id",
                        column: x => x.buyer_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "settlements",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    period = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    gross = table.Column<long>(type: "bigint", nullable: false),
                    commission_rate = table.Column<int>(type: "integer", nullable: false),
                    commission = table.Column<long>(type: "bigint", nullable: false),
                    net = table.Column<long>(type: "bigint", nullable: false),
                    from_buyers = table.Column<long>(type: "bigint", nullable: false),
                    from_programmes = table.Column<long>(type: "bigint", nullable: false),
                    paid_at = table.Column<long>(type: "bigint", nullable: true),
                    payment_reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    programmes_paid = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_settlements", x => x.id);
                    table.CheckConstraint("ck_settlements_sums", "net = gross - commission AND net = from_buyers + from_programmes");
                    table.ForeignKey(
                        name: "fk_settlements_organizations_seller_id",
                        column: x => x.seller_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "price_index",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    accelerator = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    region = table.Column<string>(type: "character varying(2)", maxLength: 2, nullable: false),
                    volume = table.Column<long>(type: "bigint", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    price_per_card_hour = table.Column<long>(type: "bigint", nullable: false),
                    price_per_pflops_hour = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_price_index", x => x.id);
                    table.ForeignKey(
                        name: "fk_price_index_price_index_days_day",
                        column: x => x.day,
                        principalTable: "price_index_days",
                        principalColumn: "day",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    webhook_id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    body = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    next_at = table.Column<long>(type: "bigint", nullable: false),
                    last_answer = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    delivered_at = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_deliveries", x => x.id);
                    table.ForeignKey(
                        name: "fk_webhook_deliveries_webhooks_webhook_id",
                        column: x => x.webhook_id,
                        principalTable: "webhooks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "meters",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    center_id = table.Column<Guid>(type: "uuid", nullable: true),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    source = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_meters", x => x.id);
                    table.ForeignKey(
                        name: "fk_meters_centers_center_id",
                        column: x => x.center_id,
                        principalTable: "centers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "nodes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    center_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    accelerator = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    cards = table.Column<int>(type: "integer", nullable: false),
                    vcpus = table.Column<int>(type: "integer", nullable: false),
                    memory_gi_b = table.Column<int>(type: "integer", nullable: false),
                    interconnect = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    tags = table.Column<string>(type: "text", nullable: false),
                    withdrawn_from = table.Column<int>(type: "integer", nullable: true),
                    withdrawn_cards = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_nodes", x => x.id);
                    table.CheckConstraint("ck_nodes_cards", "cards > 0");
                    table.ForeignKey(
                        name: "fk_nodes_accelerators_accelerator",
                        column: x => x.accelerator,
                        principalTable: "accelerators",
                        principalColumn: "model",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_nodes_centers_center_id",
                        column: x => x.center_id,
                        principalTable: "centers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "contracts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    concluded_at = table.Column<long>(type: "bigint", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    seller_credit_code = table.Column<string>(type: "character varying(18)", maxLength: 18, nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    buyer_credit_code = table.Column<string>(type: "character varying(18)", maxLength: 18, nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    text_digest = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contracts", x => x.id);
                    table.ForeignKey(
                        name: "fk_contracts_orders_order_id",
                        column: x => x.order_id,
                        principalTable: "orders",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "claims",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    programme_code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    authority_id = table.Column<Guid>(type: "uuid", nullable: false),
                    payee_id = table.Column<Guid>(type: "uuid", nullable: false),
                    up_to = table.Column<DateOnly>(type: "date", nullable: false),
                    submitted_at = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    decided_at = table.Column<long>(type: "bigint", nullable: true),
                    paid_at = table.Column<long>(type: "bigint", nullable: true),
                    payment_reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    funders = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_claims", x => x.id);
                    table.ForeignKey(
                        name: "fk_claims_programmes_programme_code",
                        column: x => x.programme_code,
                        principalTable: "programmes",
                        principalColumn: "code",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "programme_budgets",
                columns: table => new
                {
                    code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    year = table.Column<int>(type: "integer", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    issued = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_programme_budgets", x => new { x.code, x.year });
                    table.CheckConstraint("ck_programme_budgets_issued", "issued >= 0 AND issued <= amount");
                    table.ForeignKey(
                        name: "fk_programme_budgets_programmes_code",
                        column: x => x.code,
                        principalTable: "programmes",
                        principalColumn: "code",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "programme_versions",
                columns: table => new
                {
                    code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    from = table.Column<long>(type: "bigint", nullable: false),
                    rules = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_programme_versions", x => new { x.code, x.number });
                    table.ForeignKey(
                        name: "fk_programme_versions_programmes_code",
                        column: x => x.code,
                        principalTable: "programmes",
                        principalColumn: "code",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "commission_invoices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    issuer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    settlement_id = table.Column<Guid>(type: "uuid", nullable: false),
                    period = table.Column<int>(type: "integer", nullable: false),
                    issued_at = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: false),
                    net = table.Column<long>(type: "bigint", nullable: false),
                    vat = table.Column<long>(type: "bigint", nullable: false),
                    vat_rate = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_commission_invoices", x => x.id);
                    table.CheckConstraint("ck_commission_invoices_sums", "total = net + vat");
                    table.ForeignKey(
                        name: "fk_commission_invoices_organizations_seller_id",
                        column: x => x.seller_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_commission_invoices_settlements_settlement_id",
                        column: x => x.settlement_id,
                        principalTable: "settlements",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "invoices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    period = table.Column<int>(type: "integer", nullable: false),
                    seller_taxpayer = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    rating_version = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    issued_at = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: false),
                    net = table.Column<long>(type: "bigint", nullable: false),
                    vat = table.Column<long>(type: "bigint", nullable: false),
                    voucher_total = table.Column<long>(type: "bigint", nullable: false),
                    payable = table.Column<long>(type: "bigint", nullable: false),
                    content_digest = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    paid = table.Column<long>(type: "bigint", nullable: false),
                    credited_total = table.Column<long>(type: "bigint", nullable: false),
                    credited_payable = table.Column<long>(type: "bigint", nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: false),
                    reminded_at = table.Column<long>(type: "bigint", nullable: true),
                    rejected_line_id = table.Column<Guid>(type: "uuid", nullable: true),
                    rejected_voucher_id = table.Column<Guid>(type: "uuid", nullable: true),
                    settlement_id = table.Column<Guid>(type: "uuid", nullable: true),
                    tax_number = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    tax_issued_on = table.Column<DateOnly>(type: "date", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_invoices", x => x.id);
                    table.CheckConstraint("ck_invoices_sums", "total = net + vat AND paid >= 0");
                    table.ForeignKey(
                        name: "fk_invoices_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_invoices_organizations_seller_id",
                        column: x => x.seller_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_invoices_settlements_settlement_id",
                        column: x => x.settlement_id,
                        principalTable: "settlements",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "settlement_payments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    settlement_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    part = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_settlement_payments", x => x.id);
                    table.ForeignKey(
                        name: "fk_settlement_payments_settlements_settlement_id",
                        column: x => x.settlement_id,
                        principalTable: "settlements",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "meter_keys",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    meter_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    public_key_pem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    until = table.Column<long>(type: "bigint", nullable: true),
                    revoked_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_meter_keys", x => x.id);
                    table.ForeignKey(
                        name: "fk_meter_keys_meters_meter_id",
                        column: x => x.meter_id,
                        principalTable: "meters",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "vouchers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    programme_code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    version_number = table.Column<int>(type: "integer", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    face = table.Column<long>(type: "bigint", nullable: false),
                    available = table.Column<long>(type: "bigint", nullable: false),
                    held = table.Column<long>(type: "bigint", nullable: false),
                    redeemed = table.Column<long>(type: "bigint", nullable: false),
                    expired = table.Column<long>(type: "bigint", nullable: false),
                    revoked = table.Column<long>(type: "bigint", nullable: false),
                    issued_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_on = table.Column<DateOnly>(type: "date", nullable: false),
                    budget_year = table.Column<int>(type: "integer", nullable: false),
                    expired_at = table.Column<long>(type: "bigint", nullable: true),
                    revoked_at = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_vouchers", x => x.id);
                    table.CheckConstraint("ck_vouchers_balances", "face = available + held + redeemed + expired + revoked AND available >= 0 AND held >= 0 AND redeemed >= 0 AND expired >= 0 AND revoked >= 0");
                    table.ForeignKey(
                        name: "fk_vouchers_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_vouchers_programme_versions_programme_code_version_number",
                        columns: x => new { x.programme_code, x.version_number },
                        principalTable: "programme_versions",
                        principalColumns: new[] { "code", "number" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "credit_notes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    invoice_id = table.Column<Guid>(type: "uuid", nullable: false),
                    supplementary_id = table.Column<Guid>(type: "uuid", nullable: true),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    period = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    issued_at = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: false),
                    net = table.Column<long>(type: "bigint", nullable: false),
                    vat = table.Column<long>(type: "bigint", nullable: false),
                    voucher_returned = table.Column<long>(type: "bigint", nullable: false),
                    refund = table.Column<long>(type: "bigint", nullable: false),
                    settlement_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_credit_notes", x => x.id);
                    table.CheckConstraint("ck_credit_notes_sums", "total = net + vat AND refund <= total");
                    table.ForeignKey(
                        name: "fk_credit_notes_invoices_invoice_id",
                        column: x => x.invoice_id,
                        principalTable: "invoices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_credit_notes_settlements_settlement_id",
                        column: x => x.settlement_id,
                        principalTable: "settlements",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "invoice_facts",
                columns: table => new
                {
                    invoice_id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    allocations = table.Column<string>(type: "text", nullable: false),
                    hours = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_invoice_facts", x => new { x.invoice_id, x.order_id });
                    table.ForeignKey(
                        name: "fk_invoice_facts_invoices_invoice_id",
                        column: x => x.invoice_id,
                        principalTable: "invoices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "invoice_payments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    invoice_id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_invoice_payments", x => x.id);
                    table.ForeignKey(
                        name: "fk_invoice_payments_invoices_invoice_id",
                        column: x => x.invoice_id,
                        principalTable: "invoices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "voucher_applications",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    programme_code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    authority_id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    declarations = table.Column<string>(type: "text", nullable: false),
                    public_money_from_outside = table.Column<string>(type: "text", nullable: false),
                    contract_number = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    contract_signed_on = table.Column<DateOnly>(type: "date", nullable: true),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    submitted_at = table.Column<long>(type: "bigint", nullable: true),
                    version_number = table.Column<int>(type: "integer", nullable: true),
                    granted = table.Column<long>(type: "bigint", nullable: false),
                    steps_passed = table.Column<int>(type: "integer", nullable: false),
                    public_since = table.Column<DateOnly>(type: "date", nullable: true),
                    public_until = table.Column<DateOnly>(type: "date", nullable: true),
                    days_left = table.Column<int>(type: "integer", nullable: true),
                    voucher_id = table.Column<Guid>(type: "uuid", nullable: true),
                    rejected_for = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_voucher_applications", x => x.id);
                    table.CheckConstraint("ck_voucher_applications_granted", "granted >= 0 AND granted <= amount");
                    table.ForeignKey(
                        name: "fk_voucher_applications_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_voucher_applications_programmes_programme_code",
                        column: x => x.programme_code,
                        principalTable: "programmes",
                        principalColumn: "code",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_voucher_applications_vouchers_voucher_id",
                        column: x => x.voucher_id,
                        principalTable: "vouchers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "application_decision",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    application_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    verdict = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: true),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    actor = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_application_decision", x => x.id);
                    table.ForeignKey(
                        name: "fk_application_decision_voucher_applications_application_id",
                        column: x => x.application_id,
                        principalTable: "voucher_applications",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "application_document",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    application_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    uri = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_application_document", x => x.id);
                    table.ForeignKey(
                        name: "fk_application_document_voucher_applications_application_id",
                        column: x => x.application_id,
                        principalTable: "voucher_applications",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "application_objection",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    application_id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_application_objection", x => x.id);
                    table.ForeignKey(
                        name: "fk_application_objection_voucher_applications_application_id",
                        column: x => x.application_id,
                        principalTable: "voucher_applications",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "buyer_hours",
                columns: table => new
                {
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hour = table.Column<int>(type: "integer", nullable: false),
                    busy = table.Column<long>(type: "bigint", nullable: false),
                    down = table.Column<long>(type: "bigint", nullable: false),
                    input_tokens = table.Column<long>(type: "bigint", nullable: false),
                    output_tokens = table.Column<long>(type: "bigint", nullable: false),
                    readings = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_buyer_hours", x => new { x.leg_id, x.hour });
                    table.CheckConstraint("ck_buyer_hours_amounts", "busy >= 0 AND down >= 0 AND input_tokens >= 0 AND output_tokens >= 0 AND readings > 0");
                });

            migrationBuilder.CreateTable(
                name: "claim_item",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    claim_id = table.Column<Guid>(type: "uuid", nullable: false),
                    redemption_id = table.Column<Guid>(type: "uuid", nullable: false),
                    invoice_id = table.Column<Guid>(type: "uuid", nullable: false),
                    line_id = table.Column<Guid>(type: "uuid", nullable: false),
                    voucher_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_claim_item", x => x.id);
                    table.ForeignKey(
                        name: "fk_claim_item_claims_claim_id",
                        column: x => x.claim_id,
                        principalTable: "claims",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "credit_note_lines",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    credit_note_id = table.Column<Guid>(type: "uuid", nullable: false),
                    invoice_line_id = table.Column<Guid>(type: "uuid", nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    net = table.Column<long>(type: "bigint", nullable: false),
                    vat = table.Column<long>(type: "bigint", nullable: false),
                    payable = table.Column<long>(type: "bigint", nullable: false),
                    hours = table.Column<string>(type: "text", nullable: false),
                    tokens = table.Column<long>(type: "bigint", nullable: false),
                    parts = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_credit_note_lines", x => x.id);
                    table.ForeignKey(
                        name: "fk_credit_note_lines_credit_notes_credit_note_id",
                        column: x => x.credit_note_id,
                        principalTable: "credit_notes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "deliveries",
                columns: table => new
                {
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    late_from = table.Column<int>(type: "integer", nullable: true),
                    sealed_access = table.Column<string>(type: "text", nullable: true),
                    handed_over_at = table.Column<long>(type: "bigint", nullable: true),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    changed_at = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deliveries", x => x.leg_id);
                });

            migrationBuilder.CreateTable(
                name: "disputes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    provider_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: false),
                    differences = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    opened_at = table.Column<long>(type: "bigint", nullable: false),
                    decide_by = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    hours = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    decided_at = table.Column<long>(type: "bigint", nullable: true),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_disputes", x => x.id);
                    table.CheckConstraint("ck_disputes_hours", "from_hour < to_hour");
                });

            migrationBuilder.CreateTable(
                name: "invoice_lines",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    invoice_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    usage_period = table.Column<int>(type: "integer", nullable: false),
                    off_peak = table.Column<bool>(type: "boolean", nullable: false),
                    quantity = table.Column<long>(type: "bigint", nullable: false),
                    unit = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    tokens = table.Column<long>(type: "bigint", nullable: false),
                    unit_price = table.Column<long>(type: "bigint", nullable: false),
                    vat_rate = table.Column<int>(type: "integer", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    net = table.Column<long>(type: "bigint", nullable: false),
                    vat = table.Column<long>(type: "bigint", nullable: false),
                    payable = table.Column<long>(type: "bigint", nullable: false),
                    hours = table.Column<string>(type: "text", nullable: false),
                    usage_version = table.Column<long>(type: "bigint", nullable: false),
                    parts = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_invoice_lines", x => x.id);
                    table.CheckConstraint("ck_invoice_lines_sums", "amount = net + vat");
                    table.ForeignKey(
                        name: "fk_invoice_lines_invoices_invoice_id",
                        column: x => x.invoice_id,
                        principalTable: "invoices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "redemptions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    voucher_id = table.Column<Guid>(type: "uuid", nullable: false),
                    programme_code = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    programme_version = table.Column<int>(type: "integer", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    invoice_id = table.Column<Guid>(type: "uuid", nullable: false),
                    line_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    payee_id = table.Column<Guid>(type: "uuid", nullable: false),
                    deducted = table.Column<bool>(type: "boolean", nullable: false),
                    reward = table.Column<string>(type: "text", nullable: true),
                    used_until = table.Column<DateOnly>(type: "date", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    returned = table.Column<long>(type: "bigint", nullable: false),
                    rejected = table.Column<long>(type: "bigint", nullable: false),
                    claimed = table.Column<long>(type: "bigint", nullable: false),
                    paid = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_redemptions", x => x.id);
                    table.CheckConstraint("ck_redemptions_standing", "returned >= 0 AND rejected >= 0 AND returned + rejected <= amount");
                    table.ForeignKey(
                        name: "fk_redemptions_invoice_lines_line_id",
                        column: x => x.line_id,
                        principalTable: "invoice_lines",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_redemptions_vouchers_voucher_id",
                        column: x => x.voucher_id,
                        principalTable: "vouchers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "legs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    listing_id = table.Column<Guid>(type: "uuid", nullable: false),
                    parent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    center_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    moves = table.Column<string>(type: "text", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    accelerator = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    cards = table.Column<int>(type: "integer", nullable: false),
                    milli_per_card = table.Column<int>(type: "integer", nullable: false),
                    cpu_milli_per_card = table.Column<int>(type: "integer", nullable: false),
                    memory_mi_b_per_card = table.Column<int>(type: "integer", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: false),
                    sold_until = table.Column<int>(type: "integer", nullable: true),
                    product = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    workload = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    price_per_card_hour = table.Column<long>(type: "bigint", nullable: false),
                    off_peak = table.Column<string>(type: "text", nullable: true),
                    token_prices = table.Column<string>(type: "text", nullable: true),
                    expected_tokens = table.Column<string>(type: "text", nullable: true),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    forgone = table.Column<long>(type: "bigint", nullable: false),
                    resold = table.Column<string>(type: "text", nullable: false),
                    deposit_held = table.Column<long>(type: "bigint", nullable: false),
                    cancelled_at = table.Column<long>(type: "bigint", nullable: true),
                    usage_version = table.Column<long>(type: "bigint", nullable: false),
                    billed_usage_version = table.Column<long>(type: "bigint", nullable: false),
                    buyer_usage_version = table.Column<long>(type: "bigint", nullable: false),
                    compared_version = table.Column<long>(type: "bigint", nullable: false),
                    reopened_at = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_legs", x => x.id);
                    table.CheckConstraint("ck_legs_held", "deposit_held >= 0");
                    table.CheckConstraint("ck_legs_shape", "cards > 0 AND milli_per_card BETWEEN 1 AND 1000");
                    table.ForeignKey(
                        name: "fk_legs_legs_parent_id",
                        column: x => x.parent_id,
                        principalTable: "legs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_legs_nodes_node_id",
                        column: x => x.node_id,
                        principalTable: "nodes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_legs_orders_order_id",
                        column: x => x.order_id,
                        principalTable: "orders",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "listings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    center_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: false),
                    product = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    supply = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    price_per_card_hour = table.Column<long>(type: "bigint", nullable: false),
                    token_prices = table.Column<string>(type: "text", nullable: true),
                    off_peak = table.Column<string>(type: "text", nullable: true),
                    slice_milli = table.Column<int>(type: "integer", nullable: false),
                    min_hours = table.Column<int>(type: "integer", nullable: false),
                    benchmarks = table.Column<string>(type: "text", nullable: false),
                    resale_of = table.Column<Guid>(type: "uuid", nullable: true),
                    resale_cards = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    withdrawn_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_listings", x => x.id);
                    table.CheckConstraint("ck_listings_window", "from_hour < to_hour");
                    table.ForeignKey(
                        name: "fk_listings_centers_center_id",
                        column: x => x.center_id,
                        principalTable: "centers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_listings_legs_resale_of",
                        column: x => x.resale_of,
                        principalTable: "legs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_listings_organizations_seller_id",
                        column: x => x.seller_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "reservations",
                columns: table => new
                {
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node_id = table.Column<Guid>(type: "uuid", nullable: false),
                    card = table.Column<int>(type: "integer", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    milli = table.Column<int>(type: "integer", nullable: false),
                    cpu_milli = table.Column<int>(type: "integer", nullable: false),
                    memory_mi_b = table.Column<int>(type: "integer", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_reservations", x => new { x.leg_id, x.node_id, x.card, x.from_hour });
                    table.CheckConstraint("ck_reservations_milli", "milli BETWEEN 1 AND 1000");
                    table.ForeignKey(
                        name: "fk_reservations_legs_leg_id",
                        column: x => x.leg_id,
                        principalTable: "legs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_reservations_nodes_node_id",
                        column: x => x.node_id,
                        principalTable: "nodes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "spot_confirmations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    buyer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: false),
                    ran = table.Column<bool>(type: "boolean", nullable: false),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_spot_confirmations", x => x.id);
                    table.CheckConstraint("ck_spot_confirmations_hours", "from_hour < to_hour");
                    table.ForeignKey(
                        name: "fk_spot_confirmations_legs_leg_id",
                        column: x => x.leg_id,
                        principalTable: "legs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "usage_gaps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    center_id = table.Column<Guid>(type: "uuid", nullable: false),
                    provider_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    found_at = table.Column<long>(type: "bigint", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: true),
                    closed_at = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_usage_gaps", x => x.id);
                    table.ForeignKey(
                        name: "fk_usage_gaps_legs_leg_id",
                        column: x => x.leg_id,
                        principalTable: "legs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "usage_hours",
                columns: table => new
                {
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hour = table.Column<int>(type: "integer", nullable: false),
                    busy = table.Column<long>(type: "bigint", nullable: false),
                    down = table.Column<long>(type: "bigint", nullable: false),
                    attested = table.Column<long>(type: "bigint", nullable: false),
                    input_tokens = table.Column<long>(type: "bigint", nullable: false),
                    output_tokens = table.Column<long>(type: "bigint", nullable: false),
                    readings = table.Column<int>(type: "integer", nullable: false),
                    attested_readings = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_usage_hours", x => new { x.leg_id, x.hour });
                    table.CheckConstraint("ck_usage_hours_amounts", "busy >= 0 AND down >= 0 AND attested >= 0 AND input_tokens >= 0 AND output_tokens >= 0 AND readings > 0");
                    table.ForeignKey(
                        name: "fk_usage_hours_legs_leg_id",
                        column: x => x.leg_id,
                        principalTable: "legs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "voucher_holds",
                columns: table => new
                {
                    voucher_id = table.Column<Guid>(type: "uuid", nullable: false),
                    leg_id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    available_before = table.Column<long>(type: "bigint", nullable: false),
                    left = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    shares = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_voucher_holds", x => new { x.voucher_id, x.leg_id });
                    table.CheckConstraint("ck_voucher_holds_left", "\"left\" >= 0 AND \"left\" <= amount");
                    table.ForeignKey(
                        name: "fk_voucher_holds_legs_leg_id",
                        column: x => x.leg_id,
                        principalTable: "legs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_voucher_holds_vouchers_voucher_id",
                        column: x => x.voucher_id,
                        principalTable: "vouchers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "listing_nodes",
                columns: table => new
                {
                    listing_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node_id = table.Column<Guid>(type: "uuid", nullable: false),
                    seller_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false),
                    to_hour = table.Column<int>(type: "integer", nullable: false),
                    active = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_listing_nodes", x => new { x.listing_id, x.node_id });
                    table.ForeignKey(
                        name: "fk_listing_nodes_listings_listing_id",
                        column: x => x.listing_id,
                        principalTable: "listings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_listing_nodes_nodes_node_id",
                        column: x => x.node_id,
                        principalTable: "nodes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_code_subject",
                table: "alerts",
                columns: new[] { "code", "subject" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_alerts_organization_id",
                table: "alerts",
                column: "organization_id");

            migrationBuilder.CreateIndex(
                name: "ix_api_clients_organization_id",
                table: "api_clients",
                column: "organization_id");

            migrationBuilder.CreateIndex(
                name: "ix_application_decision_application_id",
                table: "application_decision",
                column: "application_id");

            migrationBuilder.CreateIndex(
                name: "ix_application_document_application_id",
                table: "application_document",
                column: "application_id");

            migrationBuilder.CreateIndex(
                name: "ix_application_document_sha256",
                table: "application_document",
                column: "sha256");

            migrationBuilder.CreateIndex(
                name: "ix_application_objection_application_id_organization_id",
                table: "application_objection",
                columns: new[] { "application_id", "organization_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_owner_id",
                table: "audit_entries",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_seal_number",
                table: "audit_entries",
                column: "seal_number");

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_subject_id_subject_type",
                table: "audit_entries",
                columns: new[] { "subject_id", "subject_type" });

            migrationBuilder.CreateIndex(
                name: "ix_bank_rows_amount",
                table: "bank_rows",
                column: "amount");

            migrationBuilder.CreateIndex(
                name: "ix_bank_rows_booked_on",
                table: "bank_rows",
                column: "booked_on");

            migrationBuilder.CreateIndex(
                name: "ix_bank_rows_statement_id",
                table: "bank_rows",
                column: "statement_id");

            migrationBuilder.CreateIndex(
                name: "ix_bank_rows_status",
                table: "bank_rows",
                column: "status");

            migrationBuilder.CreateIndex(
                name: "ix_bank_statements_digest",
                table: "bank_statements",
                column: "digest",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_bank_transfers_organization_id_reference",
                table: "bank_transfers",
                columns: new[] { "organization_id", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_bids_buyer_id",
                table: "bids",
                column: "buyer_id");

            migrationBuilder.CreateIndex(
                name: "ix_bids_expires_at",
                table: "bids",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_bids_limit_price",
                table: "bids",
                column: "limit_price");

            migrationBuilder.CreateIndex(
                name: "ix_bids_status_expires_at",
                table: "bids",
                columns: new[] { "status", "expires_at" });

            migrationBuilder.CreateIndex(
                name: "ix_buyer_readings_leg_id_to_at",
                table: "buyer_readings",
                columns: new[] { "leg_id", "to_at" });

            migrationBuilder.CreateIndex(
                name: "ix_centers_owner_id",
                table: "centers",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "ix_claim_item_claim_id",
                table: "claim_item",
                column: "claim_id");

            migrationBuilder.CreateIndex(
                name: "ix_claim_item_redemption_id",
                table: "claim_item",
                column: "redemption_id");

            migrationBuilder.CreateIndex(
                name: "ix_claims_authority_id",
                table: "claims",
                column: "authority_id");

            migrationBuilder.CreateIndex(
                name: "ix_claims_payee_id",
                table: "claims",
                column: "payee_id");

            migrationBuilder.CreateIndex(
                name: "ix_claims_programme_code",
                table: "claims",
                column: "programme_code");

            migrationBuilder.CreateIndex(
                name: "ix_commission_invoices_issuer_id_number",
                table: "commission_invoices",
                columns: new[] { "issuer_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_commission_invoices_seller_id",
                table: "commission_invoices",
                column: "seller_id");

            migrationBuilder.CreateIndex(
                name: "ix_commission_invoices_settlement_id",
                table: "commission_invoices",
                column: "settlement_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_contracts_order_id_seller_id",
                table: "contracts",
                columns: new[] { "order_id", "seller_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_contracts_seller_id_number",
                table: "contracts",
                columns: new[] { "seller_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_credit_note_lines_credit_note_id",
                table: "credit_note_lines",
                column: "credit_note_id");

            migrationBuilder.CreateIndex(
                name: "ix_credit_note_lines_invoice_line_id",
                table: "credit_note_lines",
                column: "invoice_line_id");

            migrationBuilder.CreateIndex(
                name: "ix_credit_note_lines_leg_id",
                table: "credit_note_lines",
                column: "leg_id");

            migrationBuilder.CreateIndex(
                name: "ix_credit_notes_invoice_id",
                table: "credit_notes",
                column: "invoice_id");

            migrationBuilder.CreateIndex(
                name: "ix_credit_notes_seller_id_number",
                table: "credit_notes",
                columns: new[] { "seller_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_credit_notes_settlement_id",
                table: "credit_notes",
                column: "settlement_id");

            migrationBuilder.CreateIndex(
                name: "ix_credit_notes_supplementary_id",
                table: "credit_notes",
                column: "supplementary_id");

            migrationBuilder.CreateIndex(
                name: "ix_credit_notes_total",
                table: "credit_notes",
                column: "total");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_leg_id",
                table: "disputes",
                column: "leg_id");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_order_id",
                table: "disputes",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_status_decide_by",
                table: "disputes",
                columns: new[] { "status", "decide_by" });

            migrationBuilder.CreateIndex(
                name: "ix_enquiries_at",
                table: "enquiries",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_fraud_flags_code_subject_type_subject_id",
                table: "fraud_flags",
                columns: new[] { "code", "subject_type", "subject_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_fraud_flags_status",
                table: "fraud_flags",
                column: "status");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_records_at",
                table: "idempotency_records",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_identity_user_claims_user_id",
                table: "identity_user_claims",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_identity_user_logins_user_id",
                table: "identity_user_logins",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "email_index",
                table: "identity_users",
                column: "normalized_email");

            migrationBuilder.CreateIndex(
                name: "ix_identity_users_organization_id",
                table: "identity_users",
                column: "organization_id");

            migrationBuilder.CreateIndex(
                name: "user_name_index",
                table: "identity_users",
                column: "normalized_user_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_invoice_lines_invoice_id",
                table: "invoice_lines",
                column: "invoice_id");

            migrationBuilder.CreateIndex(
                name: "ix_invoice_lines_leg_id",
                table: "invoice_lines",
                column: "leg_id");

            migrationBuilder.CreateIndex(
                name: "ix_invoice_payments_invoice_id",
                table: "invoice_payments",
                column: "invoice_id");

            migrationBuilder.CreateIndex(
                name: "ix_invoice_payments_organization_id_reference",
                table: "invoice_payments",
                columns: new[] { "organization_id", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_invoices_due_on",
                table: "invoices",
                column: "due_on");

            migrationBuilder.CreateIndex(
                name: "ix_invoices_organization_id_period",
                table: "invoices",
                columns: new[] { "organization_id", "period" });

            migrationBuilder.CreateIndex(
                name: "ix_invoices_payable",
                table: "invoices",
                column: "payable");

            migrationBuilder.CreateIndex(
                name: "ix_invoices_period_seller_id",
                table: "invoices",
                columns: new[] { "period", "seller_id" });

            migrationBuilder.CreateIndex(
                name: "ix_invoices_rejected_line_id_rejected_voucher_id",
                table: "invoices",
                columns: new[] { "rejected_line_id", "rejected_voucher_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_invoices_reminded_at_due_on",
                table: "invoices",
                columns: new[] { "reminded_at", "due_on" });

            migrationBuilder.CreateIndex(
                name: "ix_invoices_seller_id_number",
                table: "invoices",
                columns: new[] { "seller_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_invoices_settlement_id",
                table: "invoices",
                column: "settlement_id");

            migrationBuilder.CreateIndex(
                name: "ix_invoices_total",
                table: "invoices",
                column: "total");

            migrationBuilder.CreateIndex(
                name: "ix_journal_entries_reference_event",
                table: "journal_entries",
                columns: new[] { "reference", "event" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_legs_buyer_id_to_hour",
                table: "legs",
                columns: new[] { "buyer_id", "to_hour" });

            migrationBuilder.CreateIndex(
                name: "ix_legs_listing_id",
                table: "legs",
                column: "listing_id");

            migrationBuilder.CreateIndex(
                name: "ix_legs_node_id",
                table: "legs",
                column: "node_id");

            migrationBuilder.CreateIndex(
                name: "ix_legs_order_id",
                table: "legs",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_legs_parent_id",
                table: "legs",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "ix_legs_reopened_at",
                table: "legs",
                column: "reopened_at");

            migrationBuilder.CreateIndex(
                name: "ix_legs_seller_id_to_hour",
                table: "legs",
                columns: new[] { "seller_id", "to_hour" });

            migrationBuilder.CreateIndex(
                name: "ix_legs_to_hour",
                table: "legs",
                column: "to_hour");

            migrationBuilder.CreateIndex(
                name: "ix_listing_nodes_active_to_hour",
                table: "listing_nodes",
                columns: new[] { "active", "to_hour" });

            migrationBuilder.CreateIndex(
                name: "ix_listing_nodes_node_id_to_hour",
                table: "listing_nodes",
                columns: new[] { "node_id", "to_hour" });

            migrationBuilder.CreateIndex(
                name: "ix_listings_center_id",
                table: "listings",
                column: "center_id");

            migrationBuilder.CreateIndex(
                name: "ix_listings_from_hour",
                table: "listings",
                column: "from_hour");

            migrationBuilder.CreateIndex(
                name: "ix_listings_price_per_card_hour",
                table: "listings",
                column: "price_per_card_hour");

            migrationBuilder.CreateIndex(
                name: "ix_listings_resale_of",
                table: "listings",
                column: "resale_of");

            migrationBuilder.CreateIndex(
                name: "ix_listings_seller_id",
                table: "listings",
                column: "seller_id");

            migrationBuilder.CreateIndex(
                name: "ix_listings_to_hour",
                table: "listings",
                column: "to_hour");

            migrationBuilder.CreateIndex(
                name: "ix_meter_keys_meter_id_number",
                table: "meter_keys",
                columns: new[] { "meter_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_meters_center_id",
                table: "meters",
                column: "center_id");

            migrationBuilder.CreateIndex(
                name: "ix_meters_source",
                table: "meters",
                column: "source",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_nodes_accelerator",
                table: "nodes",
                column: "accelerator");

            migrationBuilder.CreateIndex(
                name: "ix_nodes_center_id_name",
                table: "nodes",
                columns: new[] { "center_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_orders_buyer_id",
                table: "orders",
                column: "buyer_id");

            migrationBuilder.CreateIndex(
                name: "ix_orders_from_hour",
                table: "orders",
                column: "from_hour");

            migrationBuilder.CreateIndex(
                name: "ix_orders_placed_at",
                table: "orders",
                column: "placed_at");

            migrationBuilder.CreateIndex(
                name: "ix_orders_quote_id",
                table: "orders",
                column: "quote_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_orders_to_hour",
                table: "orders",
                column: "to_hour");

            migrationBuilder.CreateIndex(
                name: "ix_orders_total",
                table: "orders",
                column: "total");

            migrationBuilder.CreateIndex(
                name: "ix_organization_controllers_organization_id",
                table: "organization_controllers",
                column: "organization_id");

            migrationBuilder.CreateIndex(
                name: "ix_organizations_credit_code",
                table: "organizations",
                column: "credit_code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_organizations_established_on",
                table: "organizations",
                column: "established_on");

            migrationBuilder.CreateIndex(
                name: "ix_organizations_name",
                table: "organizations",
                column: "name");

            migrationBuilder.CreateIndex(
                name: "ix_postings_account_asset_at",
                table: "postings",
                columns: new[] { "account", "asset", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_postings_entry_id",
                table: "postings",
                column: "entry_id");

            migrationBuilder.CreateIndex(
                name: "ix_postings_party_id_account_asset",
                table: "postings",
                columns: new[] { "party_id", "account", "asset" });

            migrationBuilder.CreateIndex(
                name: "ix_price_index_day_accelerator_region",
                table: "price_index",
                columns: new[] { "day", "accelerator", "region" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_programmes_authority_id",
                table: "programmes",
                column: "authority_id");

            migrationBuilder.CreateIndex(
                name: "ix_proposals_proposed_by_key",
                table: "proposals",
                columns: new[] { "proposed_by", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_proposals_status",
                table: "proposals",
                column: "status");

            migrationBuilder.CreateIndex(
                name: "ix_quotes_buyer_id",
                table: "quotes",
                column: "buyer_id");

            migrationBuilder.CreateIndex(
                name: "ix_quotes_expires_at",
                table: "quotes",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_readings_leg_id_to_at",
                table: "readings",
                columns: new[] { "leg_id", "to_at" });

            migrationBuilder.CreateIndex(
                name: "ix_redemptions_line_id_voucher_id",
                table: "redemptions",
                columns: new[] { "line_id", "voucher_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_redemptions_order_id",
                table: "redemptions",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_redemptions_payee_id_programme_code_used_until",
                table: "redemptions",
                columns: new[] { "payee_id", "programme_code", "used_until" });

            migrationBuilder.CreateIndex(
                name: "ix_redemptions_programme_code",
                table: "redemptions",
                column: "programme_code");

            migrationBuilder.CreateIndex(
                name: "ix_redemptions_voucher_id",
                table: "redemptions",
                column: "voucher_id");

            migrationBuilder.CreateIndex(
                name: "ix_reservations_node_id_to_hour",
                table: "reservations",
                columns: new[] { "node_id", "to_hour" });

            migrationBuilder.CreateIndex(
                name: "ix_settlement_payments_seller_id_reference",
                table: "settlement_payments",
                columns: new[] { "seller_id", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_settlement_payments_settlement_id",
                table: "settlement_payments",
                column: "settlement_id");

            migrationBuilder.CreateIndex(
                name: "ix_settlements_seller_id_period",
                table: "settlements",
                columns: new[] { "seller_id", "period" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_spot_confirmations_leg_id_from_hour",
                table: "spot_confirmations",
                columns: new[] { "leg_id", "from_hour" });

            migrationBuilder.CreateIndex(
                name: "ix_spot_confirmations_order_id",
                table: "spot_confirmations",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_usage_gaps_closed_at_center_id",
                table: "usage_gaps",
                columns: new[] { "closed_at", "center_id" });

            migrationBuilder.CreateIndex(
                name: "ix_usage_gaps_leg_id_closed_at",
                table: "usage_gaps",
                columns: new[] { "leg_id", "closed_at" });

            migrationBuilder.CreateIndex(
                name: "ix_voucher_applications_authority_id",
                table: "voucher_applications",
                column: "authority_id");

            migrationBuilder.CreateIndex(
                name: "ix_voucher_applications_contract_number",
                table: "voucher_applications",
                column: "contract_number");

            migrationBuilder.CreateIndex(
                name: "ix_voucher_applications_organization_id_programme_code",
                table: "voucher_applications",
                columns: new[] { "organization_id", "programme_code" });

            migrationBuilder.CreateIndex(
                name: "ix_voucher_applications_programme_code",
                table: "voucher_applications",
                column: "programme_code");

            migrationBuilder.CreateIndex(
                name: "ix_voucher_applications_status_public_until",
                table: "voucher_applications",
                columns: new[] { "status", "public_until" });

            migrationBuilder.CreateIndex(
                name: "ix_voucher_applications_voucher_id",
                table: "voucher_applications",
                column: "voucher_id");

            migrationBuilder.CreateIndex(
                name: "ix_voucher_holds_leg_id",
                table: "voucher_holds",
                column: "leg_id");

            migrationBuilder.CreateIndex(
                name: "ix_voucher_holds_order_id",
                table: "voucher_holds",
                column: "order_id");

            migrationBuilder.CreateIndex(
                name: "ix_vouchers_expires_on",
                table: "vouchers",
                column: "expires_on");

            migrationBuilder.CreateIndex(
                name: "ix_vouchers_face",
                table: "vouchers",
                column: "face");

            migrationBuilder.CreateIndex(
                name: "ix_vouchers_organization_id_programme_code",
                table: "vouchers",
                columns: new[] { "organization_id", "programme_code" });

            migrationBuilder.CreateIndex(
                name: "ix_vouchers_programme_code_budget_year",
                table: "vouchers",
                columns: new[] { "programme_code", "budget_year" });

            migrationBuilder.CreateIndex(
                name: "ix_vouchers_programme_code_version_number",
                table: "vouchers",
                columns: new[] { "programme_code", "version_number" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_organization_id",
                table: "webhook_deliveries",
                column: "organization_id");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_state_next_at",
                table: "webhook_deliveries",
                columns: new[] { "state", "next_at" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_webhook_id",
                table: "webhook_deliveries",
                column: "webhook_id");

            migrationBuilder.CreateIndex(
                name: "ix_webhooks_organization_id",
                table: "webhooks",
                column: "organization_id");

            migrationBuilder.AddForeignKey(
                name: "fk_buyer_hours_legs_leg_id",
                table: "buyer_hours",
                column: "leg_id",
                principalTable: "legs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_claim_item_redemptions_redemption_id",
                table: "claim_item",
                column: "redemption_id",
                principalTable: "redemptions",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_credit_note_lines_invoice_lines_invoice_line_id",
                table: "credit_note_lines",
                column: "invoice_line_id",
                principalTable: "invoice_lines",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_deliveries_legs_leg_id",
                table: "deliveries",
                column: "leg_id",
                principalTable: "legs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_disputes_legs_leg_id",
                table: "disputes",
                column: "leg_id",
                principalTable: "legs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_invoice_lines_legs_leg_id",
                table: "invoice_lines",
                column: "leg_id",
                principalTable: "legs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "fk_legs_listings_listing_id",
                table: "legs",
                column: "listing_id",
                principalTable: "listings",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_centers_organizations_owner_id",
                table: "centers");

            migrationBuilder.DropForeignKey(
                name: "fk_listings_organizations_seller_id",
                table: "listings");

            migrationBuilder.DropForeignKey(
                name: "fk_orders_organizations_buyer_id",
                table: "orders");

            migrationBuilder.DropForeignKey(
                name: "fk_listings_legs_resale_of",
                table: "listings");

            migrationBuilder.DropTable(
                name: "alert_thresholds");

            migrationBuilder.DropTable(
                name: "alerts");

            migrationBuilder.DropTable(
                name: "api_clients");

            migrationBuilder.DropTable(
                name: "application_decision");

            migrationBuilder.DropTable(
                name: "application_document");

            migrationBuilder.DropTable(
                name: "application_objection");

            migrationBuilder.DropTable(
                name: "audit_entries");

            migrationBuilder.DropTable(
                name: "audit_seals");

            migrationBuilder.DropTable(
                name: "bank_references");

            migrationBuilder.DropTable(
                name: "bank_rows");

            migrationBuilder.DropTable(
                name: "bank_transfers");

            migrationBuilder.DropTable(
                name: "bids");

            migrationBuilder.DropTable(
                name: "billed_pairs");

            migrationBuilder.DropTable(
                name: "billing_periods");

            migrationBuilder.DropTable(
                name: "buyer_accounts");

            migrationBuilder.DropTable(
                name: "buyer_hours");

            migrationBuilder.DropTable(
                name: "buyer_readings");

            migrationBuilder.DropTable(
                name: "capacity_changes");

            migrationBuilder.DropTable(
                name: "claim_item");

            migrationBuilder.DropTable(
                name: "commission_invoices");

            migrationBuilder.DropTable(
                name: "contracts");

            migrationBuilder.DropTable(
                name: "credit_note_lines");

            migrationBuilder.DropTable(
                name: "deliveries");

            migrationBuilder.DropTable(
                name: "disputes");

            migrationBuilder.DropTable(
                name: "enquiries");

            migrationBuilder.DropTable(
                name: "fraud_flags");

            migrationBuilder.DropTable(
                name: "idempotency_records");

            migrationBuilder.DropTable(
                name: "identity_user_claims");

            migrationBuilder.DropTable(
                name: "identity_user_logins");

            migrationBuilder.DropTable(
                name: "identity_user_tokens");

            migrationBuilder.DropTable(
                name: "invoice_facts");

            migrationBuilder.DropTable(
                name: "invoice_payments");

            migrationBuilder.DropTable(
                name: "job_runs");

            migrationBuilder.DropTable(
                name: "listing_nodes");

            migrationBuilder.DropTable(
                name: "meter_keys");

            migrationBuilder.DropTable(
                name: "number_series");

            migrationBuilder.DropTable(
                name: "organization_controllers");

            migrationBuilder.DropTable(
                name: "postings");

            migrationBuilder.DropTable(
                name: "price_index");

            migrationBuilder.DropTable(
                name: "programme_budgets");

            migrationBuilder.DropTable(
                name: "proposals");

            migrationBuilder.DropTable(
                name: "quotes");

            migrationBuilder.DropTable(
                name: "readings");

            migrationBuilder.DropTable(
                name: "reservations");

            migrationBuilder.DropTable(
                name: "sandbox_times");

            migrationBuilder.DropTable(
                name: "settlement_payments");

            migrationBuilder.DropTable(
                name: "spot_confirmations");

            migrationBuilder.DropTable(
                name: "stored_keys");

            migrationBuilder.DropTable(
                name: "usage_gaps");

            migrationBuilder.DropTable(
                name: "usage_hours");

            migrationBuilder.DropTable(
                name: "voucher_holds");

            migrationBuilder.DropTable(
                name: "webhook_deliveries");

            migrationBuilder.DropTable(
                name: "webhook_events");

            migrationBuilder.DropTable(
                name: "voucher_applications");

            migrationBuilder.DropTable(
                name: "bank_statements");

            migrationBuilder.DropTable(
                name: "claims");

            migrationBuilder.DropTable(
                name: "redemptions");

            migrationBuilder.DropTable(
                name: "credit_notes");

            migrationBuilder.DropTable(
                name: "identity_users");

            migrationBuilder.DropTable(
                name: "meters");

            migrationBuilder.DropTable(
                name: "journal_entries");

            migrationBuilder.DropTable(
                name: "price_index_days");

            migrationBuilder.DropTable(
                name: "webhooks");

            migrationBuilder.DropTable(
                name: "invoice_lines");

            migrationBuilder.DropTable(
                name: "vouchers");

            migrationBuilder.DropTable(
                name: "invoices");

            migrationBuilder.DropTable(
                name: "programme_versions");

            migrationBuilder.DropTable(
                name: "settlements");

            migrationBuilder.DropTable(
                name: "programmes");

            migrationBuilder.DropTable(
                name: "organizations");

            migrationBuilder.DropTable(
                name: "legs");

            migrationBuilder.DropTable(
                name: "listings");

            migrationBuilder.DropTable(
                name: "nodes");

            migrationBuilder.DropTable(
                name: "orders");

            migrationBuilder.DropTable(
                name: "accelerators");

            migrationBuilder.DropTable(
                name: "centers");
        }
    }
}
