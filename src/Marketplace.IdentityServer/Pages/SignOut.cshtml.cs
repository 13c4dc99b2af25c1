using Duende.IdentityServer.Services;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Marketplace.IdentityServer.Pages;

/// <summary>Ends the session here. Asked by a program that shows whom it means it is done at once; else the person is asked.</summary>
internal sealed class SignOutModel(IIdentityServerInteractionService interaction) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? LogoutId { get; set; }

    public bool Done { get; private set; }

    public async Task<IActionResult> OnGetAsync() =>
        (await interaction.GetLogoutContextAsync(LogoutId)).ShowSignoutPrompt ? Page() : await OnPostAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        await HttpContext.SignOutAsync();
        if ((await interaction.GetLogoutContextAsync(LogoutId)).PostLogoutRedirectUri is { } back)
        {
            return Redirect(back);
        }

        Done = true;
        return Page();
    }
}
