// SPDX-License-Identifier: Apache-2.0
#include "channel/sched.h"

#include <stddef.h>

void
chan_sched_add(ChanSched *s, ChanSchedNode *node, ChanSchedClass c)
{
    ChanSchedNode *first = s->first[c];

    if (node->next)
        return;
    if (!first) {
        node->prev = node->next = node;
        s->first[c] = node;
        return;
    }
    node->prev = first->prev;
    node->next = first;
    first->prev->next = node;
    first->prev = node;
}

void
chan_sched_remove(ChanSched *s, ChanSchedNode *node, ChanSchedClass c)
{
    if (!node->next)
        return;
    if (s->first[c] == node)
        s->first[c] = node->next == node ? NULL : node->next;
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->prev = node->next = NULL;
}

ChanSchedNode *
chan_sched_first(const ChanSched *s, ChanSchedClass *c)
{
    for (int i = 0; i < CHAN_SCHED_CLASSES; i++)
        if (s->first[i]) {
            *c = (ChanSchedClass)i;
            return s->first[i];
        }
    return NULL;
}

void
chan_sched_pass(ChanSched *s, ChanSchedNode *node, ChanSchedClass c)
{
    if (s->first[c] == node)
        s->first[c] = node->next;
}
