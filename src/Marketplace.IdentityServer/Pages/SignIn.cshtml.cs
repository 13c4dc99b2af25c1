using Duende.IdentityServer;
using Duende.IdentityServer.Services;
using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Marketplace.IdentityServer.Pages;

/// <summary>Where a program sends people to sign in. Only a program's own request leads here and on from here.</summary>
internal sealed class SignInModel(TokenService accounts, IIdentityServerInteractionService interaction, TimeProvider time) : PageModel
{
    private const int MaxLength = 256;

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public string? UserName { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public bool Refused { get; private set; }

    public IActionResult OnGet() => interaction.IsValidReturnUrl(ReturnUrl) ? Page() : RedirectToPage("/Error");

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!interaction.IsValidReturnUrl(ReturnUrl))
        {
            return RedirectToPage("/Error");
        }

        if (IsUsable(UserName) && IsUsable(Password)
            && await accounts.SignInAsync(UserName!, Password!, People.Scheme, cancellationToken) is { } person)
        {
            await HttpContext.SignInAsync(new IdentityServerUser(person.FindFirst(MarketClaims.Actor)!.Value)
            {
                AuthenticationTime = time.GetUtcNow().UtcDateTime,
                AdditionalClaims = [person.FindFirst(MarketClaims.Stamp)!],
            });
            return Redirect(ReturnUrl!);
        }

        (Refused, Password) = (true, null);
        return Page();
    }

    private static bool IsUsable(string? text) => text is { Length: > 0 and <= MaxLength } && !text.Contains('\0', StringComparison.Ordinal);
}
