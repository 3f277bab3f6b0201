// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/ibus_text.h"

// IBusAttrType with the values that are used here, and colours for a toolkit's selection, which an
// attribute cannot name.
enum { UNDERLINE = 1, FOREGROUND = 2, BACKGROUND = 3 };
enum { SINGLE = 1, WHITE = 0xffffff, BLACK = 0 };

// XIMFeedback.
enum { FEEDBACK_REVERSE = 1, FEEDBACK_UNDERLINE = 2, FEEDBACK_HIGHLIGHT = 4 };
#define FEEDBACK_SHOWN ((guint32)(FEEDBACK_REVERSE | FEEDBACK_UNDERLINE | FEEDBACK_HIGHLIGHT))

enum { // IBusModifierType
    CONTROL = 1 << 2,
    MOD1 = 1 << 3,
    MOD4 = 1 << 6,
    SUPER = 1 << 26,
    HYPER = 1 << 27,
    META = 1 << 28,
    RELEASE = 1 << 30,
};

static void
add(GVariantBuilder *list, guint type, guint value, guint start, guint end)
{
    g_variant_builder_add(
        list, "v", g_variant_new("(sa{sv}uuuu)", "IBusAttribute", NULL, type, value, start, end));
}

static void
add_run(GVariantBuilder *list, guint32 feedback, guint start, guint end)
{
    if (feedback & FEEDBACK_UNDERLINE)
        add(list, UNDERLINE, SINGLE, start, end);
    if (feedback & (FEEDBACK_REVERSE | FEEDBACK_HIGHLIGHT)) {
        add(list, FOREGROUND, WHITE, start, end);
        add(list, BACKGROUND, BLACK, start, end);
    }
}

static GVariant *
text_with(const char *text, GVariantBuilder *attributes)
{
    GVariant *list = g_variant_new("(sa{sv}av)", "IBusAttrList", NULL, attributes);

    return g_variant_new("(sa{sv}sv)", "IBusText", NULL, text, list);
}

GVariant *
ra_ibus_text(const char *text)
{
    return text_with(text, NULL);
}

GVariant *
ra_ibus_preedit(const ChanWindowPreedit *preedit)
{
    GVariantBuilder list;
    g_autoptr(GString) text = g_string_new(NULL);

    g_variant_builder_init(&list, G_VARIANT_TYPE("av"));
    for (guint i = 0, start = 0; i < preedit->count; i++) {
        guint32 feedback = preedit->characters[i].feedback & FEEDBACK_SHOWN;
        g_string_append_unichar(text, preedit->characters[i].character);
        if (i + 1 < preedit->count &&
            (preedit->characters[i + 1].feedback & FEEDBACK_SHOWN) == feedback)
            continue;
        add_run(&list, feedback, start, i + 1);
        start = i + 1;
    }
    return text_with(text->str, &list);
}

bool
ra_ibus_is_command(guint32 state)
{
    return (state & (guint32)(CONTROL | MOD1 | MOD4 | SUPER | HYPER | META)) != 0;
}

bool
ra_ibus_is_press(guint32 state)
{
    return !(state & (guint32)RELEASE);
}

gunichar
ra_ibus_character(guint32 keysym)
{
    gunichar character = 0;

    if ((keysym >= 0x20 && keysym <= 0x7e) || (keysym >= 0xa0 && keysym <= 0xff))
        character = keysym;
    else if (keysym >> 24 == 0x01)
        character = keysym & 0xffffff;
    return character >= 0x20 && g_unichar_validate(character) ? character : 0;
}
