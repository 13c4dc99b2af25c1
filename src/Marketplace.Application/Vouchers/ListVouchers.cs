using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>What vouchers can be sorted by.</summary>
public enum VoucherColumn
{
    Face,
    ExpiresOn,
}

/// <summary>The caller's vouchers; an authority's programmes' ones.</summary>
/// <param name="Status">Those that stand so today.</param>
public sealed record ListVouchers(
    PageRequest Page, string? Programme, VoucherStatus? Status = null, Id<Organization>? OrganizationId = null, Sort<VoucherColumn>? Sort = null) : IQuery<Page<VoucherAnswer>>, IPaged;

public sealed class ListVouchersHandler(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock) : IRequestHandler<ListVouchers, Page<VoucherAnswer>>
{
    public async Task<Page<VoucherAnswer>> Handle(ListVouchers request, CancellationToken cancellationToken)
    {
        var today = settings.Time.Day(clock.GetUtcNow());
        var vouchers = WithStatus(db.Vouchers.AsNoTracking(), request.Status, today).Where(voucher =>
            (request.Programme == null || voucher.ProgrammeCode == request.Programme) && (request.OrganizationId == null || voucher.OrganizationId == request.OrganizationId));
        var page = await vouchers.SortedAsync(
            db.Vouchers, request.Page, request.Sort, new() { { VoucherColumn.Face, voucher => voucher.Face }, { VoucherColumn.ExpiresOn, voucher => voucher.ExpiresOn } }, cancellationToken);
        return page.Select(voucher => VoucherAnswer.Of(voucher, today));
    }

    /// <summary>As <see cref="Voucher.StatusOn"/> has it.</summary>
    private static IQueryable<Voucher> WithStatus(IQueryable<Voucher> vouchers, VoucherStatus? status, DateOnly today)
    {
        if (status is null)
        {
            return vouchers;
        }

        if (status == VoucherStatus.Held)
        {
            return vouchers.Where(v => v.RevokedAt == null && v.Held > Money.Zero);
        }

        if (status == VoucherStatus.Revoked)
        {
            return vouchers.Where(v => v.RevokedAt != null || (v.Held <= Money.Zero && v.Available == Money.Zero && v.Expired == Money.Zero && v.Redeemed <= Money.Zero));
        }

        var free = vouchers.Where(v => v.RevokedAt == null && v.Held <= Money.Zero);
        if (status == VoucherStatus.Redeemed)
        {
            return free.Where(v => v.Available == Money.Zero && v.Expired == Money.Zero && v.Redeemed > Money.Zero);
        }

        var left = free.Where(v => v.Available != Money.Zero || v.Expired != Money.Zero);
        return status switch
        {
            VoucherStatus.Expired => left.Where(v => v.ExpiresOn < today),
            VoucherStatus.PartlyRedeemed => left.Where(v => v.ExpiresOn >= today && v.Redeemed > Money.Zero),
            _ => left.Where(v => v.ExpiresOn >= today && v.Redeemed <= Money.Zero),
        };
    }
}
