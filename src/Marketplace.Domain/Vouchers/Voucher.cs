namespace Marketplace.Domain.Vouchers;

/// <summary>What one enterprise was granted under a programme.</summary>
public sealed class Voucher;
