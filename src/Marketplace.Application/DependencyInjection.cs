using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Audit.Export;
using Marketplace.Application.Audit.Verification;
using Marketplace.Application.Billing;
using Marketplace.Application.Jobs;
using Marketplace.Application.Ledger;
using Marketplace.Application.Market;
using Marketplace.Application.Metering;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Application;

public static class DependencyInjection
{
    /// <summary>The use cases: every handler, validator and job of this assembly, behind the pipeline.</summary>
    public static IServiceCollection AddMarketplaceApplication(this IServiceCollection services)
    {
        ValidationRules.NameFieldsAsOnTheWire();
        services.AddScoped<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddScoped<IMediator, Mediator>();
        foreach (var type in typeof(DependencyInjection).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false }))
        {
            foreach (var handler in type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)))
            {
                services.AddScoped(handler, type);
            }

            foreach (var kind in (Type[])[typeof(IJob), typeof(IInvariantChecks)])
            {
                if (type.IsAssignableTo(kind))
                {
                    services.AddScoped(kind, type);
                }
            }
        }

        foreach (var validator in AssemblyScanner.FindValidatorsInAssembly(typeof(DependencyInjection).Assembly))
        {
            services.AddScoped(validator.InterfaceType, validator.ValidatorType);
        }

        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(LoggingBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(MatchBidsBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(FlagRefusalsBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(FourEyesBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(TransactionBehavior<,>));
        services.AddScoped<RequestContext>();
        services.AddScoped<AuditLog>();
        services.AddScoped<FraudFlags>();
        services.AddSingleton<LiveCapacity>();
        services.AddScoped<MarketMatch>();
        services.AddScoped<QuoteMaker>();
        services.AddScoped<FundablePrice>();
        services.AddScoped<LegFamilies>();
        services.AddScoped<Relocation>();
        services.AddScoped<OrderPlacement>();
        services.AddScoped<TradeCircles>();
        services.AddScoped<ListingWithdrawal>();
        services.AddScoped<Booking>();
        services.AddScoped<Contracting>();
        services.AddScoped<CenterAvailability>();
        services.AddScoped<PriceIndexCalendar>();
        services.AddMetering();
        services.AddScoped<SpendHistory>();
        services.AddScoped<Funding>();
        services.AddScoped<Rewards>();
        services.AddScoped<VoucherIssuing>();
        services.AddScoped<ApplicationScreening>();
        services.AddScoped<ApplicationSubmission>();
        services.AddScoped<WebhookAudience>();
        services.AddBilling();
        services.AddSingleton<JobRunner>();
        return services;
    }

    private static void AddBilling(this IServiceCollection services)
    {
        services.AddScoped<Rater>();
        services.AddScoped<VatRates>();
        services.AddScoped<CommissionInvoicing>();
        services.AddScoped<BankReferences>();
        services.AddScoped<PeriodArchive>();
        services.AddScoped<BankMatching>();
        services.AddScoped<AlertCauses>();
        services.AddScoped<TransferMoneyHandler>();
        services.AddScoped<PayInvoiceHandler>();
        services.AddScoped<PaySettlementHandler>();
        services.AddScoped<PayClaimHandler>();
        services.AddScoped<DocumentNumbers>();
        services.AddScoped<Invoicing>();
        services.AddScoped<Replayer>();
        services.AddScoped<PeriodCalendar>();
    }

    private static void AddMetering(this IServiceCollection services)
    {
        services.AddScoped<KnownReadings>();
        services.AddScoped<BatchSignatures>();
        services.AddScoped<MeterComparing>();
        services.AddScoped<SilentLegs>();
        services.AddSingleton<LastLook>();
        services.AddScoped<ImplausibleUsage>();
        services.AddScoped<PaidHours>();
        services.AddScoped<UtilizationHours>();
        services.AddScoped<LegHours>();
        services.AddScoped<Corroborated>();
    }
}
