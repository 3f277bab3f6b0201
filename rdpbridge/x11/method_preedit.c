// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/method_preedit.h"

#include <string.h>

static size_t
min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

void
host_preedit_change(ChanWindowPreedit *p, const HostPreeditChange *change)
{
    size_t first = min_of(change->first, p->count);
    size_t length = min_of(change->length, p->count - first);
    size_t n = change->text ? min_of(change->n_text, CHAN_WINDOW_PREEDIT_MAX - first) : length;
    size_t rest = min_of(p->count - first - length, CHAN_WINDOW_PREEDIT_MAX - first - n);
    ChanWindowPreeditCharacter *at = p->characters + first;

    memmove(at + n, at + length, rest * sizeof *at);
    for (size_t i = 0; i < n; i++) {
        if (change->text)
            at[i].character = change->text[i];
        at[i].feedback = i < change->n_feedback ? change->feedback[i] : 0;
    }
    p->count = (uint16_t)(first + n + rest);
    p->caret = (uint16_t)min_of(change->caret, p->count);
}
