// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text as IBus' clients take it over D-Bus (IBusText, IBusAttrList and IBusAttribute of libibus, as
// ibus_serializable_serialize makes them of it), and keys as they say them.

#include "channel/window_channel.h"

#include <glib.h>
#include <stdbool.h>

// Valid UTF-8, all of it alike. Floating.
GVariant *ra_ibus_text(const char *text);
// Each run of characters that XIM has the same feedback for (XIMFeedback of Xlib.h) with what it
// looks like. Floating.
GVariant *ra_ibus_preedit(const ChanWindowPreedit *preedit);

// A modifier other than shift and the locks is down: what the key writes is not its character.
// state is of IBusModifierType.
bool ra_ibus_is_command(guint32 state);
bool ra_ibus_is_press(guint32 state);
// The character of a key symbol that is one by its number; 0: of none, or by a table.
gunichar ra_ibus_character(guint32 keysym);
