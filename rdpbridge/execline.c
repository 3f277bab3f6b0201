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

static void
put_argument(Line *line, const char *argument)
{
    bool quoted = !*argument || strpbrk(argument, " \t\"");

    if (quoted)
        put(line, '"');
    for (; *argument; argument++) {
        if (quoted && (*argument == '"' || *argument == '\\'))
            put(line, '\\');
        put(line, *argument);
    }
    if (quoted)
        put(line, '"');
}

bool
bridge_execline(ChanSpan args, char *text, size_t capacity)
{
    Line line = {text, capacity, capacity == 0};
    const char *at = (const char *)args.data, *end = at + args.size;

    while (at < end && !line.full) {
        if (line.at != text)
            put(&line, ' ');
        put_argument(&line, at);
        at += strlen(at) + 1;
    }
    if (line.full)
        return false;
    *line.at = 0;
    return true;
}
