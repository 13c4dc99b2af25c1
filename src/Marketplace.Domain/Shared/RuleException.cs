namespace Marketplace.Domain.Shared;

/// <summary>How a refusal is answered.</summary>
public enum Refusal
{
    /// <summary>The rules of the market say no, whatever the timing (422).</summary>
    Rule,

    /// <summary>The state of things, or somebody who was faster, says no (409).</summary>
    Conflict,

    /// <summary>There is no such thing, or the caller may not know of it (404).</summary>
    NotFound,

    /// <summary>The caller's role may not do this (403).</summary>
    Forbidden,

    /// <summary>The caller or the message is not who it says (401).</summary>
    Unauthenticated,
}

/// <summary>
/// A refusal with a stable code such as <c>voucher.insufficient</c>. Each feature lists its own in its <c>…Errors</c> file;
/// callers may rely on code and kind, never on the wording of the detail.
/// </summary>
public sealed class RuleException(Refusal kind, string code, string detail) : Exception(detail)
{
    public Refusal Kind { get; } = kind;

    public string Code { get; } = code;
}

/// <summary>Refusals that every feature has.</summary>
public static class SharedErrors
{
    public static RuleException NotFound(string what) =>
        new(Refusal.NotFound, "not_found", $"There is no such {what}.");

    public static RuleException Forbidden(string why) =>
        new(Refusal.Forbidden, "forbidden", why);
}
