// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/execline.h"

#include <string.h>

typedef struct {
    char *at;
    size_t left;
    bool full;
} Line;

static void
put(Line *line, char c)
{
    if (line->left <= 1) { // the NUL has its place
        line->full = true;
        return;
    }
    *line->at++ = c;
    line->left--;
}

// Backslashes that end at a quote.
static bool
is_before_quote(const char *at)
{
    at += strspn(at, "\\");
    return *at == '"' || !*at; // the closing one follows the argument
}

static void
put_argument(Line *line, BridgeExeclineStyle style, const char *argument)
{
    bool quoted = !*argument || strpbrk(argument, " \t\"");

    if (quoted)
        put(line, '"');
    for (; *argument; argument++) {
        if (quoted && (*argument == '"' || (*argument == '\\' && (style == BRIDGE_EXECLINE_OURS ||
                                                                  is_before_quote(argument)))))
            put(line, '\\');
        put(line, *argument);
    }
    if (quoted)
        put(line, '"');
}

bool
bridge_execline(ChanSpan args, BridgeExeclineStyle style, char *text, size_t capacity)
{
    Line line = {text, capacity, capacity == 0};
    const char *at = (const char *)args.data, *end = at + args.size;

    while (at < end && !line.full) {
        if (line.at != text)
            put(&line, ' ');
        put_argument(&line, style, at);
        at += strlen(at) + 1;
    }
    if (line.full)
        return false;
    *line.at = 0;
    return true;
}
