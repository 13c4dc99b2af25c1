namespace Marketplace.Api.Errors;

/// <summary>A message that HTTP itself refuses, before it is a request of the market.</summary>
public sealed class ProblemException(int status, string code, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Code { get; } = code;
}
