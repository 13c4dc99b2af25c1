using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using static Marketplace.UnitTests.Billing.BillingWorld;

namespace Marketplace.UnitTests.Billing;

/// <summary>What is paid and credited of an invoice, settlements, and the series of numbers.</summary>
public class InvoiceTests
{
    [Fact]
    public void An_invoice_is_paid_once_nothing_is_outstanding()
    {
        var invoice = Invoice("100.00", "70.00");
        Assert.Equal(InvoiceStatus.Issued, invoice.Status);
        invoice.Pay(Yuan("69.99"));
        Assert.Equal(InvoiceStatus.Issued, invoice.Status);
        Assert.Equal("invoice.overpaid", Assert.Throws<RuleException>(() => invoice.Pay(Yuan("0.02"))).Code);
        invoice.Pay(Yuan("0.01"));
        Assert.Equal(InvoiceStatus.Paid, invoice.Status);
        Assert.Equal("invoice.overpaid", Assert.Throws<RuleException>(() => invoice.Pay(Yuan("0.01"))).Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => invoice.Pay(Yuan("-0.01")));
    }

    [Fact]
    public void A_credit_lowers_what_is_outstanding_before_it_gives_anything_back()
    {
        var invoice = Invoice("100.00", "100.00");
        invoice.Pay(Yuan("60.00"));
        Assert.Equal(Money.Zero, invoice.Credit(Yuan("30.00"), Yuan("30.00")));
        Assert.Equal("10.00", invoice.Outstanding.ToString());
        Assert.Equal("20.00", invoice.Credit(Yuan("30.00"), Yuan("30.00")).ToString());
        Assert.Equal((Money.Zero, Yuan("40.00"), InvoiceStatus.Paid), (invoice.Outstanding, invoice.Paid, invoice.Status));
        Assert.Equal("40.00", invoice.Credit(Yuan("40.00"), Yuan("40.00")).ToString());
        Assert.Equal((Money.Zero, InvoiceStatus.Credited), (invoice.Paid, invoice.Status));
    }

    [Fact]
    public void An_invoice_of_nothing_is_paid()
    {
        Assert.Equal(InvoiceStatus.Paid, Invoice("0.00", "0.00").Status);
        Assert.Equal(InvoiceStatus.Paid, Invoice("100.00", "0.00").Status);
    }

    [Fact]
    public void A_tax_number_is_set_once()
    {
        var invoice = Invoice("1.00", "1.00");
        invoice.SetTaxNumber("1", new(2026, 2, 3));
        invoice.SetTaxNumber("1", new(2026, 2, 3));
        Assert.Equal("invoice.tax_number", Assert.Throws<RuleException>(() => invoice.SetTaxNumber("2", new(2026, 2, 3))).Code);
        Assert.Equal("1", invoice.TaxNumber);
    }

    [Theory]
    [InlineData("1120.00", "480.00", "1600.00 80.00 1520.00 1040.00 480.00")]
    [InlineData("1600.00", "0.00", "1600.00 80.00 1520.00 1520.00 0.00")]
    [InlineData("0.00", "1600.00", "1600.00 80.00 1520.00 0.00 1520.00")]
    [InlineData("50.00", "1550.00", "1600.00 80.00 1520.00 0.00 1520.00")]       // the buyers' part is less than the commission
    [InlineData("80.00", "1520.00", "1600.00 80.00 1520.00 0.00 1520.00")]
    [InlineData("80.01", "1520.00", "1600.01 80.00 1520.01 0.01 1520.00")]
    [InlineData("0.10", "0.00", "0.10 0.01 0.09 0.09 0.00")]                     // 0.005, half away from zero
    [InlineData("-70.00", "-30.00", "-100.00 -5.00 -95.00 -65.00 -30.00")]
    [InlineData("-0.10", "0.00", "-0.10 -0.01 -0.09 -0.09 0.00")]
    [InlineData("100.00", "-100.00", "0.00 0.00 0.00 100.00 -100.00")]           // a rejected claim moved from the programme to the buyer
    [InlineData("-50.00", "150.00", "100.00 5.00 95.00 -55.00 150.00")]
    [InlineData("0.00", "0.00", "0.00 0.00 0.00 0.00 0.00")]
    public void Commission_comes_off_the_buyers_part_first_and_then_off_the_programmes(string buyers, string programmes, string expected)
    {
        var s = Settlement.Of(default, new(2026, 1), Yuan(buyers), Yuan(programmes), Ratio.Parse("0.05"), Now);
        Assert.Equal(expected, $"{s.Gross} {s.Commission} {s.Net} {s.FromBuyers} {s.FromProgrammes}");
    }

    [Fact]
    public void A_settlement_adds_up_whatever_it_is_of()
    {
        var random = new Random(1);
        for (var run = 0; run < 5_000; run++)
        {
            Money Any() => new(random.NextInt64(-1_000_000, 1_000_000) / (random.Next(3) == 0 ? 100_000 : 1));
            var (buyers, programmes, rate) = (Any(), Any(), new Ratio(random.Next(0, 1_000_000)));
            var s = Settlement.Of(default, new(2026, 1), buyers, programmes, rate, Now);
            Assert.Equal(buyers + programmes, s.Gross);
            Assert.Equal(s.Gross.Share(rate), s.Commission);
            Assert.Equal(s.Gross - s.Commission, s.Net);
            Assert.Equal(s.Net, s.FromBuyers + s.FromProgrammes);
            if (!buyers.IsNegative && !programmes.IsNegative)
            {
                Assert.True(!s.FromBuyers.IsNegative && !s.FromProgrammes.IsNegative);
                Assert.True(s.FromBuyers.IsZero || s.FromProgrammes == programmes, "the programmes' part bears commission only once the buyers' is used up");
            }
        }
    }

    [Fact]
    public void A_settlement_is_paid_once()
    {
        var settlement = Settlement.Of(default, new(2026, 1), Yuan("10.00"), Money.Zero, Ratio.Zero, Now);
        settlement.Pay("S-1", Now);
        Assert.Equal("settlement.paid", Assert.Throws<RuleException>(() => settlement.Pay("S-2", Now)).Code);
        Assert.Equal("S-1", settlement.PaymentReference);
    }

    [Fact]
    public void Numbers_have_no_gap_and_each_document_its_own_series()
    {
        var (invoices, notes) = (new NumberSeries { SellerId = default, Document = "invoice", Year = 2026 }, new NumberSeries { SellerId = default, Document = "credit-note", Year = 2027 });
        Assert.Equal(["2026-000001", "2026-000002", "2026-000003"], [invoices.Next(), invoices.Next(), invoices.Next()]);
        Assert.Equal("R2027-000001", notes.Next());
        for (var i = 4; i <= 1_000_000; i++)
        {
            invoices.Next();
        }

        Assert.Equal("2026-1000001", invoices.Next());
    }

    private static Invoice Invoice(string total, string payable) => new()
    {
        Id = default,
        Number = "2026-000001",
        Kind = InvoiceKind.Regular,
        SellerId = default,
        OrganizationId = default,
        Period = new(2026, 1),
        RatingVersion = RatingV1.Version,
        IssuedAt = Now,
        Total = Yuan(total),
        Net = Yuan(total) - Yuan(total).VatIncluded(Vat),
        Vat = Yuan(total).VatIncluded(Vat),
        VoucherTotal = Yuan(total) - Yuan(payable),
        Payable = Yuan(payable),
        ContentDigest = [],
    };
}
