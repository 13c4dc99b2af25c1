using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Marketplace.Migrations.SqlServer.Migrations
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
                    model = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    vendor = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    origin = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    fp16_tflops = table.Column<decimal>(type: "decimal(18,6)", precision: 18, scale: 6, nullable: false),
                    memory_gi_b = table.Column<int>(type: "int", nullable: false),
                    watts = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_accelerators", x => x.model);
                });

            migrationBuilder.CreateTable(
                name: "api_clients",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    organization_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    role = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    secret_hash = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    failed_attempts = table.Column<int>(type: "int", nullable: false),
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
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    actor = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    owner_id = table.Column<byte[]>(type: "varbinary(16)", nullable: true),
                    action = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    subject_type = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    subject_id = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    details = table.Column<string>(type: "nvarchar(max)", nullable: false),
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
                    entries = table.Column<int>(type: "int", nullable: false),
                    previous_digest = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    digest = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_seals", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_records",
                columns: table => new
                {
                    actor = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    key = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    request_hash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    answer = table.Column<string>(type: "nvarchar(max)", nullable: false),
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
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    organization_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    role = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    user_name = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: true),
                    normalized_user_name = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: true),
                    email = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: true),
                    normalized_email = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: true),
                    email_confirmed = table.Column<bool>(type: "bit", nullable: false),
                    password_hash = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    security_stamp = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    concurrency_stamp = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    phone_number = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    phone_number_confirmed = table.Column<bool>(type: "bit", nullable: false),
                    two_factor_enabled = table.Column<bool>(type: "bit", nullable: false),
                    lockout_end = table.Column<long>(type: "bigint", nullable: true),
                    lockout_enabled = table.Column<bool>(type: "bit", nullable: false),
                    access_failed_count = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_identity_users", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "job_runs",
                columns: table => new
                {
                    job = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    due_at = table.Column<long>(type: "bigint", nullable: false),
                    attempts = table.Column<int>(type: "int", nullable: false),
                    outcome = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    finished_at = table.Column<long>(type: "bigint", nullable: true),
                    summary = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_job_runs", x => new { x.job, x.due_at });
                });

            migrationBuilder.CreateTable(
                name: "journal_entries",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    @event = table.Column<string>(name: "event", type: "nvarchar(50)", maxLength: 50, nullable: false),
                    reference = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_journal_entries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "organizations",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    credit_code = table.Column<string>(type: "nvarchar(18)", maxLength: 18, nullable: false),
                    region_code = table.Column<string>(type: "nvarchar(6)", maxLength: 6, nullable: false),
                    established_on = table.Column<DateOnly>(type: "date", nullable: false),
                    traits = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    taxpayer = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    controllers = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_organizations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sandbox_times",
                columns: table => new
                {
                    id = table.Column<int>(type: "int", nullable: false),
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
                    name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    xml = table.Column<string>(type: "nvarchar(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stored_keys", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "identity_user_claims",
                columns: table => new
                {
                    id = table.Column<int>(type: "int", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    user_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    claim_type = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    claim_value = table.Column<string>(type: "nvarchar(max)", nullable: true)
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
                    login_provider = table.Column<string>(type: "nvarchar(450)", nullable: false),
                    provider_key = table.Column<string>(type: "nvarchar(450)", nullable: false),
                    provider_display_name = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    user_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false)
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
                    user_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    login_provider = table.Column<string>(type: "nvarchar(450)", nullable: false),
                    name = table.Column<string>(type: "nvarchar(450)", nullable: false),
                    value = table.Column<string>(type: "nvarchar(max)", nullable: true)
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
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    entry_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    account = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    party_id = table.Column<byte[]>(type: "varbinary(16)", nullable: true),
                    asset = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
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
                name: "bank_transfers",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    organization_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    reference = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
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
                name: "buyer_accounts",
                columns: table => new
                {
                    organization_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
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
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    owner_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    region_code = table.Column<string>(type: "nvarchar(6)", maxLength: 6, nullable: false),
                    hub = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: true),
                    pue = table.Column<decimal>(type: "decimal(18,6)", precision: 18, scale: 6, nullable: true),
                    latency_ms = table.Column<decimal>(type: "decimal(18,6)", precision: 18, scale: 6, nullable: true),
                    bandwidth_gbps = table.Column<decimal>(type: "decimal(18,6)", precision: 18, scale: 6, nullable: true),
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
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    buyer_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    quote_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    workload = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    placed_at = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: false),
                    public_money = table.Column<long>(type: "bigint", nullable: false),
                    payable = table.Column<long>(type: "bigint", nullable: false),
                    deposit_held = table.Column<long>(type: "bigint", nullable: false),
                    from_hour = table.Column<int>(type: "int", nullable: false),
                    to_hour = table.Column<int>(type: "int", nullable: false)
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
                name: "quotes",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    buyer_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    demand = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    plan = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    vouchers = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    public_money = table.Column<long>(type: "bigint", nullable: false),
                    payable = table.Column<long>(type: "bigint", nullable: false),
                    order_id = table.Column<byte[]>(type: "varbinary(16)", nullable: true),
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
                name: "listings",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    seller_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    center_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    from_hour = table.Column<int>(type: "int", nullable: false),
                    to_hour = table.Column<int>(type: "int", nullable: false),
                    product = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    price_per_card_hour = table.Column<long>(type: "bigint", nullable: false),
                    token_prices = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    off_peak = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    slice_milli = table.Column<int>(type: "int", nullable: false),
                    min_hours = table.Column<int>(type: "int", nullable: false),
                    benchmarks = table.Column<string>(type: "nvarchar(max)", nullable: false),
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
                        name: "fk_listings_organizations_seller_id",
                        column: x => x.seller_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "meters",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    center_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    owner_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    source = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    public_key_pem = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: true),
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
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    center_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    owner_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    accelerator = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    cards = table.Column<int>(type: "int", nullable: false),
                    vcpus = table.Column<int>(type: "int", nullable: false),
                    memory_gi_b = table.Column<int>(type: "int", nullable: false),
                    interconnect = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: true),
                    tags = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    withdrawn_from = table.Column<int>(type: "int", nullable: true),
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
                name: "legs",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    order_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    buyer_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    seller_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    listing_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    center_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    node_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    node_name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    position = table.Column<int>(type: "int", nullable: false),
                    accelerator = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false),
                    cards = table.Column<int>(type: "int", nullable: false),
                    milli_per_card = table.Column<int>(type: "int", nullable: false),
                    cpu_milli_per_card = table.Column<int>(type: "int", nullable: false),
                    memory_mi_b_per_card = table.Column<int>(type: "int", nullable: false),
                    from_hour = table.Column<int>(type: "int", nullable: false),
                    to_hour = table.Column<int>(type: "int", nullable: false),
                    product = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    workload = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    price_per_card_hour = table.Column<long>(type: "bigint", nullable: false),
                    off_peak = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    amount = table.Column<long>(type: "bigint", nullable: false),
                    deposit_held = table.Column<long>(type: "bigint", nullable: false),
                    cancelled_at = table.Column<long>(type: "bigint", nullable: true),
                    usage_version = table.Column<long>(type: "bigint", nullable: false),
                    billed_usage_version = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_legs", x => x.id);
                    table.CheckConstraint("ck_legs_held", "deposit_held >= 0");
                    table.CheckConstraint("ck_legs_shape", "cards > 0 AND milli_per_card BETWEEN 1 AND 1000");
                    table.ForeignKey(
                        name: "fk_legs_listings_listing_id",
                        column: x => x.listing_id,
                        principalTable: "listings",
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
                name: "listing_nodes",
                columns: table => new
                {
                    listing_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    node_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    seller_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    from_hour = table.Column<int>(type: "int", nullable: false),
                    to_hour = table.Column<int>(type: "int", nullable: false),
                    active = table.Column<bool>(type: "bit", nullable: false)
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

            migrationBuilder.CreateTable(
                name: "reservations",
                columns: table => new
                {
                    leg_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    card = table.Column<int>(type: "int", nullable: false),
                    node_id = table.Column<byte[]>(type: "varbinary(16)", nullable: false),
                    milli = table.Column<int>(type: "int", nullable: false),
                    cpu_milli = table.Column<int>(type: "int", nullable: false),
                    memory_mi_b = table.Column<int>(type: "int", nullable: false),
                    from_hour = table.Column<int>(type: "int", nullable: false),
                    to_hour = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_reservations", x => new { x.leg_id, x.card });
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

            migrationBuilder.CreateIndex(
                name: "ix_api_clients_organization_id",
                table: "api_clients",
                column: "organization_id");

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
                name: "ix_bank_transfers_organization_id_reference",
                table: "bank_transfers",
                columns: new[] { "organization_id", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_centers_owner_id",
                table: "centers",
                column: "owner_id");

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
                name: "user_name_index",
                table: "identity_users",
                column: "normalized_user_name",
                unique: true,
                filter: "[normalized_user_name] IS NOT NULL");

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
                name: "ix_legs_seller_id_to_hour",
                table: "legs",
                columns: new[] { "seller_id", "to_hour" });

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
                name: "ix_listings_seller_id",
                table: "listings",
                column: "seller_id");

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
                name: "ix_orders_quote_id",
                table: "orders",
                column: "quote_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_organizations_credit_code",
                table: "organizations",
                column: "credit_code",
                unique: true);

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
                name: "ix_quotes_buyer_id",
                table: "quotes",
                column: "buyer_id");

            migrationBuilder.CreateIndex(
                name: "ix_quotes_expires_at",
                table: "quotes",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_reservations_node_id_to_hour",
                table: "reservations",
                columns: new[] { "node_id", "to_hour" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_clients");

            migrationBuilder.DropTable(
                name: "audit_entries");

            migrationBuilder.DropTable(
                name: "audit_seals");

            migrationBuilder.DropTable(
                name: "bank_transfers");

            migrationBuilder.DropTable(
                name: "buyer_accounts");

            migrationBuilder.DropTable(
                name: "idempotency_records");

            migrationBuilder.DropTable(
                name: "identity_user_claims");

            migrationBuilder.DropTable(
                name: "identity_user_logins");

            migrationBuilder.DropTable(
                name: "identity_user_tokens");

            migrationBuilder.DropTable(
                name: "job_runs");

            migrationBuilder.DropTable(
                name: "listing_nodes");

            migrationBuilder.DropTable(
                name: "meters");

            migrationBuilder.DropTable(
                name: "postings");

            migrationBuilder.DropTable(
                name: "quotes");

            migrationBuilder.DropTable(
                name: "reservations");

            migrationBuilder.DropTable(
                name: "sandbox_times");

            migrationBuilder.DropTable(
                name: "stored_keys");

            migrationBuilder.DropTable(
                name: "identity_users");

            migrationBuilder.DropTable(
                name: "journal_entries");

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

            migrationBuilder.DropTable(
                name: "organizations");
        }
    }
}
