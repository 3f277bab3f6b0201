// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/markup.h"

#include "channel/utf8.h"

#include <string.h>

#define DEPTH_MAX 16 // elements within each other

typedef struct {
    GString *out;
    char open[DEPTH_MAX]; // names of open elements, one letter each
    guint depth;
} Writer;

static void
close_last(Writer *w)
{
    g_string_append_printf(w->out, "</%c>", w->open[--w->depth]);
}

static void
handle_element(Writer *w, char name, gboolean closing)
{
    if (!closing && w->depth < DEPTH_MAX) {
        w->open[w->depth++] = name;
        g_string_append_printf(w->out, "<%c>", name);
    } else if (closing && memchr(w->open, name, w->depth)) {
        // Those that are open within it end with it.
        char last;
        do {
            last = w->open[w->depth - 1];
            close_last(w);
        } while (last != name);
    }
}

// At a '<'. Returns what follows the element; NULL: it is none, but a character.
static const char *
skip_element(Writer *w, const char *at)
{
    gboolean closing = at[1] == '/';
    const char *name = at + 1 + closing, *end = strchr(at, '>');

    if (!end || !g_ascii_isalpha(*name))
        return NULL;
    if (name + 1 == end && strchr("biu", g_ascii_tolower(*name)))
        handle_element(w, g_ascii_tolower(*name), closing);
    return end + 1;
}

// At a '&': the length of the entity that it begins, 0 for none.
static gsize
entity_length(const char *at)
{
    static const char *const known[] = {"&amp;", "&lt;",   "&gt;", "&quot;", "&apos;",
                                        "&#39;", "&#x27;", "&#34;"}; // as libraries escape quotes

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_has_prefix(at, known[i]))
            return strlen(known[i]);
    return 0;
}

static void
clean_line(Writer *w, const char *line)
{
    while (*line) {
        const char *after = *line == '<' ? skip_element(w, line) : NULL;
        gsize entity = *line == '&' ? entity_length(line) : 0;
        if (after) {
            line = after;
        } else if (entity) {
            g_string_append_len(w->out, line, (gssize)entity);
            line += entity;
        } else {
            gsize n = (gsize)(g_utf8_next_char(line) - line);
            g_autofree char *escaped = g_markup_escape_text(line, (gssize)n);
            g_string_append(w->out, escaped);
            line += n;
        }
    }
}

char *
broker_markup_clean(const char *text)
{
    Writer w = {.out = g_string_new(NULL)};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++) {
        gsize size = strlen(*line);
        g_autofree char *clean = g_malloc(3 * size + 1);
        chan_utf8_clean(CHAN_SPAN(*line, size), clean, 3 * size + 1);
        if (line > lines)
            g_string_append_c(w.out, '\n');
        clean_line(&w, clean);
    }
    while (w.depth > 0)
        close_last(&w);
    return g_string_free(w.out, FALSE);
}
