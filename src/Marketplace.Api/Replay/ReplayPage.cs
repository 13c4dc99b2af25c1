namespace Marketplace.Api.Replay;

internal static class ReplayPage
{
    public static string Html(ReplayReport report) => report.Command;
}
