// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/method_properties.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <xcb/xproto.h>

#define PREFIX "_client"

// In place of libxcb's: a program's own symbols come before those of its libraries.
__attribute__((visibility("default"))) xcb_intern_atom_cookie_t
xcb_intern_atom(xcb_connection_t *xcb, uint8_t only_if_exists, uint16_t size, const char *name)
{
    g_autofree char *text = g_strndup(name, size);
    char turned[sizeof PREFIX + 10];
    guint64 number = 0;

    if (g_str_has_prefix(text, PREFIX) &&
        g_ascii_string_to_unsigned(text + strlen(PREFIX), 10, 0, G_MAXUINT, &number, NULL)) {
        size = (uint16_t)snprintf(turned, sizeof turned, PREFIX "%u",
                                  (unsigned)(number % HOST_METHOD_PROPERTIES));
        name = turned;
    }
    return xcb_intern_atom_unchecked(xcb, only_if_exists, size, name);
}
