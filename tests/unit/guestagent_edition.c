// SPDX-License-Identifier: Apache-2.0

// Every Windows that a guest may be: what it is called, and whether it shows single programs.

#include "guestagent/win32/edition.h"

#include <glib.h>
#include <string.h>

#define XP .major = 5, .minor = 1, .build = 2600, .product_name = "Microsoft Windows XP"
#define SEVEN .major = 6, .minor = 1, .build = 7601
#define EIGHT .major = 6, .minor = 3, .build = 9600
#define TEN .major = 10, .build = 19045
#define ELEVEN .major = 10, .build = 22631

static const struct {
    WinEdition edition;
    const char *name;
    const char *says; // part of the refusal; NULL: RemoteApp works
} cases[] = {
    {{XP, .edition_id = "", .service_pack = 3, .remoteapp_update = true},
     "Windows XP Professional (5.1.2600)",
     NULL},
    {{XP, .edition_id = "", .service_pack = 3}, "Windows XP Professional (5.1.2600)", "KB961742"},
    {{XP, .edition_id = "", .service_pack = 2, .remoteapp_update = true},
     "Windows XP Professional (5.1.2600)",
     "Service Pack 3"},
    {{XP, .edition_id = "", .service_pack = 3, .personal = true, .remoteapp_update = true},
     "Windows XP Home Edition (5.1.2600)",
     "Windows XP Professional"},
    {{.major = 5,
      .minor = 2,
      .build = 3790,
      .product_name = "Microsoft Windows Server 2003",
      .edition_id = "",
      .server = true},
     "Windows Server 2003 (5.2.3790)",
     "32-bit"},
    {{.major = 5, .build = 2195, .product_name = "Microsoft Windows 2000", .edition_id = ""},
     "Windows 2000 (5.0.2195)",
     "Windows 2000"},
    {{.major = 6,
      .build = 6002,
      .product = 1,
      .product_name = "Windows Vista (TM) Ultimate",
      .edition_id = "",
      .remoteapp_update = true},
     "Windows Vista (TM) Ultimate (6.0.6002)",
     NULL},
    {{.major = 6,
      .build = 6002,
      .product = 1,
      .product_name = "Windows Vista (TM) Ultimate",
      .edition_id = ""},
     "Windows Vista (TM) Ultimate (6.0.6002)",
     "KB961741"},
    {{.major = 6,
      .build = 6002,
      .product = 6,
      .product_name = "Windows Vista (TM) Business",
      .edition_id = "",
      .remoteapp_update = true},
     "Windows Vista (TM) Business (6.0.6002)",
     "Enterprise or Ultimate"},
    {{SEVEN, .product_name = "Windows 7 Ultimate", .edition_id = "Ultimate"},
     "Windows 7 Ultimate (6.1.7601)",
     NULL},
    {{SEVEN, .product_name = "Windows 7 Enterprise N", .edition_id = "EnterpriseN"},
     "Windows 7 Enterprise N (6.1.7601)",
     NULL},
    {{SEVEN, .product_name = "Windows 7 Professional", .edition_id = "Professional"},
     "Windows 7 Professional (6.1.7601)",
     "Windows 7 Enterprise or Ultimate"},
    {{SEVEN, .product_name = "Windows 7 Home Premium", .edition_id = "", .product = 3},
     "Windows 7 Home Premium (6.1.7601)",
     "Windows 7 Enterprise or Ultimate"},
    {{EIGHT, .product_name = "Windows 8.1 Enterprise", .edition_id = "Enterprise"},
     "Windows 8.1 Enterprise (6.3.9600)",
     NULL},
    {{EIGHT, .product_name = "Windows 8.1 Pro", .edition_id = "Professional"},
     "Windows 8.1 Pro (6.3.9600)",
     "Windows 8 Enterprise"},
    {{EIGHT, .product_name = "Windows 8.1", .edition_id = "Core"},
     "Windows 8.1 (6.3.9600)",
     "Windows 8 Enterprise"},
    {{TEN, .product_name = "Windows 10 Pro", .edition_id = "Professional"},
     "Windows 10 Pro (10.0.19045)",
     NULL},
    {{TEN, .product_name = "Windows 10 Home", .edition_id = "Core"},
     "Windows 10 Home (10.0.19045)",
     "Pro, Enterprise or Education"},
    {{TEN, .product_name = "Windows 10 Home", .edition_id = "", .product = 0x64},
     "Windows 10 Home (10.0.19045)",
     "Pro, Enterprise or Education"},
    {{TEN, .product_name = "Windows 10 Education", .edition_id = "Education"},
     "Windows 10 Education (10.0.19045)",
     NULL},
    {{ELEVEN, .product_name = "Windows 10 Pro", .edition_id = "Professional"},
     "Windows 11 Pro (10.0.22631)",
     NULL},
    {{ELEVEN, .product_name = "Windows 10 Home", .edition_id = "CoreSingleLanguage"},
     "Windows 11 Home (10.0.22631)",
     "Pro, Enterprise or Education"},
    {{.major = 10,
      .build = 20348,
      .product_name = "Windows Server 2022 Standard",
      .edition_id = "ServerStandard",
      .server = true},
     "Windows Server 2022 Standard (10.0.20348)",
     NULL},
    // Of what says nothing of itself, nothing is known against it.
    {{.major = 12, .product_name = "", .edition_id = ""}, "Windows (12.0.0)", NULL},
};

static void
test_every_edition(void)
{
    char name[WIN_EDITION_NAME_MAX];

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *says = win_edition_refuses(&cases[i].edition);
        win_edition_name(&cases[i].edition, name);
        g_test_message("%s: %s", name, says ? says : "works");
        g_assert_cmpstr(name, ==, cases[i].name);
        if (!cases[i].says)
            g_assert_null(says);
        else
            g_assert_nonnull(strstr(says ? says : "", cases[i].says));
    }
}

// A name is the guest's own word, and may be of any length.
static void
test_a_long_name_is_cut(void)
{
    g_autofree char *long_name = g_strnfill(1000, 'x');
    WinEdition e = {ELEVEN, .product_name = long_name, .edition_id = long_name};
    char name[WIN_EDITION_NAME_MAX];

    win_edition_name(&e, name);
    g_assert_true(g_str_has_suffix(name, "(10.0.22631)"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/edition/every", test_every_edition);
    g_test_add_func("/edition/long-name", test_a_long_name_is_cut);
    return g_test_run();
}
