// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/edition.h"

#include <stdio.h>
#include <string.h>

#define FIRST_BUILD_OF_11 22000

// GetProductInfo's numbers under the names that the registry has from 7 on.
static const struct {
    unsigned product;
    const char *edition;
} products[] = {
    {0x01, "Ultimate"},
    {0x02, "HomeBasic"},
    {0x03, "HomePremium"},
    {0x04, "Enterprise"},
    {0x05, "HomeBasicN"},
    {0x06, "Business"},
    {0x0b, "Starter"},
    {0x10, "BusinessN"},
    {0x1a, "HomePremiumN"},
    {0x1b, "EnterpriseN"},
    {0x1c, "UltimateN"},
    {0x30, "Professional"},
    {0x31, "ProfessionalN"},
    {0x48, "EnterpriseEval"},
    {0x62, "CoreN"},
    {0x63, "CoreCountrySpecific"},
    {0x64, "CoreSingleLanguage"},
    {0x65, "Core"},
};

static const char *
edition_of(const WinEdition *e)
{
    if (e->edition_id[0])
        return e->edition_id;
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (products[i].product == e->product)
            return products[i].edition;
    return "";
}

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

void
win_edition_name(const WinEdition *e, char name[WIN_EDITION_NAME_MAX])
{
    const char *product = e->product_name[0] ? e->product_name : "Windows", *suffix = "";
    int head = 0;

    if (begins(product, "Microsoft "))
        product += strlen("Microsoft ");
    if (e->major == 5 && e->minor == 1)
        suffix = e->personal ? " Home Edition" : " Professional";
    // Windows 11 goes on calling itself 10 in the registry.
    const char *ten = strstr(product, "Windows 10");
    if (ten == product && !e->server && e->build >= FIRST_BUILD_OF_11) {
        product += strlen("Windows 10");
        head = snprintf(name, WIN_EDITION_NAME_MAX, "Windows 11");
    }
    snprintf(name + head, WIN_EDITION_NAME_MAX - (size_t)head, "%.60s%s (%u.%u.%u)", product,
             suffix, e->major, e->minor, e->build);
}

static const char *
refuses_xp(const WinEdition *e)
{
    if (e->minor == 0)
        return "Windows 2000 cannot show single programs; the guest needs Windows XP Professional "
               "or later";
    if (e->minor == 2)
        return "This Windows (XP x64 or Server 2003) cannot show single programs; the guest needs "
               "the 32-bit Windows XP Professional, or a later Windows";
    if (e->personal)
        return "Windows XP Home Edition has no Remote Desktop; the guest needs Windows XP "
               "Professional with Service Pack 3 and update KB961742";
    if (e->service_pack < 3)
        return "Windows XP needs Service Pack 3, and then update KB961742, to show single "
               "programs; install both in the guest";
    if (!e->remoteapp_update)
        return "Windows XP needs update KB961742 to show single programs; install it in the guest "
               "and restart it";
    return NULL;
}

static const char *
refuses_vista(const WinEdition *e, bool enterprise)
{
    if (!enterprise)
        return "This edition of Windows Vista cannot show single programs; the guest needs "
               "Enterprise or Ultimate, with update KB961741";
    if (!e->remoteapp_update)
        return "Windows Vista needs update KB961741 to show single programs; install it in the "
               "guest and restart it";
    return NULL;
}

const char *
win_edition_refuses(const WinEdition *e)
{
    const char *edition = edition_of(e);
    bool enterprise = begins(edition, "Enterprise") || begins(edition, "Ultimate");

    if (e->major < 6)
        return refuses_xp(e);
    if (e->server || !edition[0])
        return NULL; // nothing is known against it
    if (e->major == 6 && e->minor == 0)
        return refuses_vista(e, enterprise);
    if (e->major == 6 && e->minor == 1 && !enterprise)
        return "This edition of Windows 7 cannot show single programs; the guest needs Windows 7 "
               "Enterprise or Ultimate (Professional and Home cannot)";
    if (e->major == 6 && e->minor > 1 && !enterprise)
        return "This edition of Windows 8 cannot show single programs; the guest needs Windows 8 "
               "Enterprise (the plain edition and Pro cannot)";
    if (e->major >= 10 && (begins(edition, "Core") || begins(edition, "Home") ||
                           begins(edition, "Starter") || begins(edition, "Cloud")))
        return "The Home edition of Windows has no Remote Desktop to show its programs by; the "
               "guest needs Pro, Enterprise or Education";
    return NULL;
}
