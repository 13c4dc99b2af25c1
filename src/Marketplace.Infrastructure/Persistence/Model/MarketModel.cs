using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class MarketModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder)
    {
        builder.Entity<Accelerator>(Accelerators);
        builder.Entity<Center>(Centers);
        builder.Entity<Node>(Nodes);
        builder.Entity<Listing>(Listings);
        builder.Entity<ListingNode>(ListingNodes);
        builder.Entity<Quote>(Quotes);
        builder.Entity<Bid>(Bids);
        builder.Entity<Order>(Orders);
        builder.Entity<Leg>(Legs);
        builder.Entity<Reservation>(Reservations);
        builder.Entity<CapacityChange>(CapacityChanges);
        builder.Entity<Contract>(Contracts);
        builder.Entity<Delivery>(Deliveries);
        builder.Entity<Enquiry>(Enquiries);
        builder.Entity<PriceIndexEntry>(PriceIndex);
        builder.Entity<PriceIndexDay>(day => day.HasKey(d => d.Day));
    }

    private static void Accelerators(EntityTypeBuilder<Accelerator> accelerator)
    {
        accelerator.HasKey(a => a.Model);
        accelerator.Property(a => a.Model).HasMaxLength(50);
        accelerator.Property(a => a.Vendor).HasMaxLength(100);
    }

    private void Centers(EntityTypeBuilder<Center> center)
    {
        center.Property(c => c.Name).HasMaxLength(200);
        center.Property(c => c.RegionCode).HasMaxLength(6);
        center.Property(c => c.Hub).HasMaxLength(100);
        center.HasOne<Organization>().WithMany().HasForeignKey(c => c.OwnerId).OnDelete(DeleteBehavior.Restrict);
        center.HasQueryFilter(c => db.SeesAll || c.OwnerId == db.Me);
    }

    private void Nodes(EntityTypeBuilder<Node> node)
    {
        node.Property(n => n.Name).HasMaxLength(100);
        node.Property(n => n.Accelerator).HasMaxLength(50);
        node.Property(n => n.Tags).AsJson();
        node.Property(n => n.WithdrawnCards).AsJson();
        node.Property(n => n.Version).IsConcurrencyToken();
        node.HasIndex(n => new { n.CenterId, n.Name }).IsUnique();
        node.HasOne<Center>().WithMany().HasForeignKey(n => n.CenterId).OnDelete(DeleteBehavior.Restrict);
        node.HasOne<Accelerator>().WithMany().HasForeignKey(n => n.Accelerator).OnDelete(DeleteBehavior.Restrict);
        node.ToTable(table => table.HasCheckConstraint("ck_nodes_cards", "cards > 0"));
        node.HasQueryFilter(n => db.SeesAll || n.OwnerId == db.Me);
    }

    private void Listings(EntityTypeBuilder<Listing> listing)
    {
        listing.Property(l => l.OffPeak).AsJson();
        listing.Property(l => l.TokenPrices).AsJson();
        listing.Property(l => l.Benchmarks).AsJson();
        listing.Property(l => l.ResaleCards).AsJson();
        listing.HasIndex(l => l.PricePerCardHour);
        listing.HasIndex(l => l.From);
        listing.HasIndex(l => l.To);
        listing.HasOne<Leg>().WithMany().HasForeignKey(l => l.ResaleOf).OnDelete(DeleteBehavior.Restrict);
        listing.HasOne<Center>().WithMany().HasForeignKey(l => l.CenterId).OnDelete(DeleteBehavior.Restrict);
        listing.HasOne<Organization>().WithMany().HasForeignKey(l => l.SellerId).OnDelete(DeleteBehavior.Restrict);
        listing.ToTable(table => table.HasCheckConstraint("ck_listings_window", "from_hour < to_hour"));
        listing.HasQueryFilter(l => db.SeesAll || l.SellerId == db.Me);
    }

    private void ListingNodes(EntityTypeBuilder<ListingNode> row)
    {
        row.HasKey(r => new { r.ListingId, r.NodeId });
        row.HasIndex(r => new { r.NodeId, r.To });
        row.HasIndex(r => new { r.Active, r.To });
        row.HasOne<Listing>().WithMany().HasForeignKey(r => r.ListingId).OnDelete(DeleteBehavior.Restrict);
        row.HasOne<Node>().WithMany().HasForeignKey(r => r.NodeId).OnDelete(DeleteBehavior.Restrict);
        row.HasQueryFilter(r => db.SeesAll || r.SellerId == db.Me);
    }

    private void Quotes(EntityTypeBuilder<Quote> quote)
    {
        quote.Property(q => q.Demand).AsJson();
        quote.Property(q => q.Plan).AsJson();
        quote.Property(q => q.Work).AsJson();
        quote.Property(q => q.Chosen).AsJson();
        quote.Property(q => q.Vouchers).AsJson();
        quote.Property(q => q.VouchersNotApplied).AsJson();
        quote.Property(q => q.Version).IsConcurrencyToken();
        quote.HasIndex(q => q.ExpiresAt);
        quote.HasOne<Organization>().WithMany().HasForeignKey(q => q.BuyerId).OnDelete(DeleteBehavior.Restrict);
        quote.HasQueryFilter(q => db.SeesAll || q.BuyerId == db.Me);
    }

    private void Bids(EntityTypeBuilder<Bid> bid)
    {
        bid.Property(b => b.Demand).AsJson();
        bid.Property(b => b.Work).AsJson();
        bid.Property(b => b.Chosen).AsJson();
        bid.Property(b => b.LastRefusal).HasMaxLength(100);
        bid.Property(b => b.Version).IsConcurrencyToken();
        bid.HasIndex(b => new { b.Status, b.ExpiresAt });
        bid.HasIndex(b => b.ExpiresAt);
        bid.HasIndex(b => b.LimitPrice);
        bid.HasOne<Organization>().WithMany().HasForeignKey(b => b.BuyerId).OnDelete(DeleteBehavior.Restrict);
        bid.HasQueryFilter(b => db.SeesAll || b.BuyerId == db.Me);
    }

    private void Orders(EntityTypeBuilder<Order> order)
    {
        order.Property(o => o.Funding).AsJson();
        order.HasIndex(o => o.QuoteId).IsUnique();
        order.HasIndex(o => o.PlacedAt);
        order.HasIndex(o => o.From);
        order.HasIndex(o => o.To);
        order.HasIndex(o => o.Total);
        order.HasOne<Organization>().WithMany().HasForeignKey(o => o.BuyerId).OnDelete(DeleteBehavior.Restrict);
        order.HasMany(o => o.Legs).WithOne().HasForeignKey(l => l.OrderId).OnDelete(DeleteBehavior.Restrict);
        order.HasQueryFilter(o => db.SeesAll || o.BuyerId == db.Me || o.Legs.Any(leg => leg.SellerId == db.Me));
    }

    private void Legs(EntityTypeBuilder<Leg> leg)
    {
        leg.Property(l => l.NodeName).HasMaxLength(100);
        leg.Property(l => l.Accelerator).HasMaxLength(50);
        leg.Property(l => l.OffPeak).AsJson();
        leg.Property(l => l.TokenPrices).AsJson();
        leg.Property(l => l.Resold).AsJson();
        leg.Property(l => l.Moves).AsJson();
        leg.Property(l => l.ExpectedTokens).AsJson();
        leg.Property(l => l.Version).IsConcurrencyToken();
        leg.Property(l => l.UsageVersion).IsConcurrencyToken();
        leg.Property(l => l.BuyerUsageVersion).IsConcurrencyToken();
        leg.HasIndex(l => l.ReopenedAt);
        leg.HasIndex(l => l.To);
        leg.HasIndex(l => new { l.SellerId, l.To });
        leg.HasIndex(l => new { l.BuyerId, l.To });
        leg.HasOne<Listing>().WithMany().HasForeignKey(l => l.ListingId).OnDelete(DeleteBehavior.Restrict);
        leg.HasOne<Leg>().WithMany().HasForeignKey(l => l.ParentId).OnDelete(DeleteBehavior.Restrict);
        leg.HasOne<Node>().WithMany().HasForeignKey(l => l.NodeId).OnDelete(DeleteBehavior.Restrict);
        leg.ToTable(table =>
        {
            table.HasCheckConstraint("ck_legs_shape", "cards > 0 AND milli_per_card BETWEEN 1 AND 1000");
            table.HasCheckConstraint("ck_legs_held", "deposit_held >= 0");
        });
        leg.HasQueryFilter(l => db.SeesAll || l.BuyerId == db.Me || l.SellerId == db.Me);
    }

    private static void CapacityChanges(EntityTypeBuilder<CapacityChange> change)
    {
        change.HasKey(c => c.Number);
        change.Property(c => c.Number).ValueGeneratedOnAdd();
    }

    private void Contracts(EntityTypeBuilder<Contract> contract)
    {
        contract.Property(c => c.Number).HasMaxLength(30);
        contract.Property(c => c.SellerName).HasMaxLength(200);
        contract.Property(c => c.BuyerName).HasMaxLength(200);
        contract.Property(c => c.TextDigest).HasMaxLength(32);
        contract.HasIndex(c => new { c.OrderId, c.SellerId }).IsUnique();
        contract.HasIndex(c => new { c.SellerId, c.Number }).IsUnique();
        contract.HasOne<Order>().WithMany().HasForeignKey(c => c.OrderId).OnDelete(DeleteBehavior.Restrict);
        contract.HasQueryFilter(c => db.SeesAll || c.BuyerId == db.Me || c.SellerId == db.Me);
    }

    private void Deliveries(EntityTypeBuilder<Delivery> delivery)
    {
        delivery.HasKey(d => d.LegId);
        delivery.Property(d => d.Note).HasMaxLength(500);
        delivery.Property(d => d.Version).IsConcurrencyToken();
        delivery.HasOne<Leg>().WithOne().HasForeignKey<Delivery>(d => d.LegId).OnDelete(DeleteBehavior.Restrict);
        delivery.HasQueryFilter(d => db.SeesAll || d.BuyerId == db.Me || d.SellerId == db.Me);
    }

    /// <summary>No foreign key to the quote, which is forgotten sooner.</summary>
    private void Enquiries(EntityTypeBuilder<Enquiry> enquiry)
    {
        enquiry.Property(e => e.Demand).AsJson();
        enquiry.Property(e => e.UnfillableReason).HasMaxLength(50);
        enquiry.HasIndex(e => e.At);
        enquiry.HasQueryFilter(e => db.SeesAll || e.BuyerId == db.Me);
    }

    /// <summary>Published: whoever may call may read it.</summary>
    private static void PriceIndex(EntityTypeBuilder<PriceIndexEntry> entry)
    {
        entry.ToTable("price_index");
        entry.Property(e => e.Accelerator).HasMaxLength(50);
        entry.Property(e => e.Region).HasMaxLength(2);
        entry.HasIndex(e => new { e.Day, e.Accelerator, e.Region }).IsUnique();
        entry.HasOne<PriceIndexDay>().WithMany().HasForeignKey(e => e.Day).OnDelete(DeleteBehavior.Restrict);
    }

    private void Reservations(EntityTypeBuilder<Reservation> reservation)
    {
        reservation.HasKey(r => new { r.LegId, r.NodeId, r.Card, r.From });
        reservation.HasIndex(r => new { r.NodeId, r.To });
        reservation.HasOne<Leg>().WithMany().HasForeignKey(r => r.LegId).OnDelete(DeleteBehavior.Restrict);
        reservation.HasOne<Node>().WithMany().HasForeignKey(r => r.NodeId).OnDelete(DeleteBehavior.Restrict);
        reservation.ToTable(table => table.HasCheckConstraint("ck_reservations_milli", "milli BETWEEN 1 AND 1000"));

        // What is booked on a node is the market's business, not one organization's: only booking and matching read it.
        reservation.HasQueryFilter(_ => db.SeesAll);
    }
}
