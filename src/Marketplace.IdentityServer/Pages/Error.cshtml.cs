using Duende.IdentityServer.Services;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Marketplace.IdentityServer.Pages;

/// <summary>Tells the standard's word for what is wrong with a program's request, and nothing of what went on inside.</summary>
[IgnoreAntiforgeryToken]
internal sealed class ErrorModel(IIdentityServerInteractionService interaction) : PageModel
{
    public string? Code { get; private set; }

    public async Task OnGetAsync(string? errorId)
    {
        Code = (await interaction.GetErrorContextAsync(errorId))?.Error;
        Response.StatusCode = Code is null ? Response.StatusCode : StatusCodes.Status400BadRequest;
    }
}
