// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/compose.h"

#include <locale.h>
#include <xkbcommon/xkbcommon-compose.h>

struct RaCompose {
    struct xkb_context *context;
    struct xkb_compose_table *table;
    struct xkb_compose_state *state; // NULL: there is no table
};

RaCompose *
ra_compose_new(void)
{
    const char *name = setlocale(LC_CTYPE, NULL);
    RaCompose *c = g_new0(RaCompose, 1);

    c->context = xkb_context_new(XKB_CONTEXT_NO_DEFAULT_INCLUDES);
    if (c->context)
        c->table = xkb_compose_table_new_from_locale(c->context, name ? name : "C",
                                                     XKB_COMPOSE_COMPILE_NO_FLAGS);
    if (c->table)
        c->state = xkb_compose_state_new(c->table, XKB_COMPOSE_STATE_NO_FLAGS);
    return c;
}

void
ra_compose_free(RaCompose *c)
{
    if (!c)
        return;
    xkb_compose_state_unref(c->state);
    xkb_compose_table_unref(c->table);
    xkb_context_unref(c->context);
    g_free(c);
}

bool
ra_compose_press(RaCompose *c, guint32 keysym, char **text)
{
    char buffer[256]; // the longest that a table may have (libxkbcommon's own limit)

    *text = NULL;
    if (!c->state || xkb_compose_state_feed(c->state, keysym) == XKB_COMPOSE_FEED_IGNORED)
        return false;
    switch (xkb_compose_state_get_status(c->state)) {
    case XKB_COMPOSE_COMPOSING:
        return true;
    case XKB_COMPOSE_COMPOSED:
        if (xkb_compose_state_get_utf8(c->state, buffer, sizeof buffer) > 0)
            *text = g_utf8_make_valid(buffer, -1);
        xkb_compose_state_reset(c->state);
        return true;
    case XKB_COMPOSE_CANCELLED: // the key that did not fit is one
        xkb_compose_state_reset(c->state);
        return false;
    case XKB_COMPOSE_NOTHING:
        break;
    }
    return false;
}

void
ra_compose_reset(RaCompose *c)
{
    if (c->state)
        xkb_compose_state_reset(c->state);
}
