// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who sends the next frame. Sources that have something to send stand in a line per class; the
// first of the highest class that is not empty sends one frame and goes to the end of its line.
// Classes are strict: a frame of a lower one never goes before one of a higher one that waits.

#include <stdbool.h>

typedef enum {
    CHAN_SCHED_SERVICE, // opens, credit, resets: short, and others wait for them
    CHAN_SCHED_CONTROL,
    CHAN_SCHED_MEDIA,
    CHAN_SCHED_BULK,
    CHAN_SCHED_CLASSES,
} ChanSchedClass;

// Part of a source; zeroed before its first use.
typedef struct ChanSchedNode ChanSchedNode;
struct ChanSchedNode {
    ChanSchedNode *prev, *next; // a ring; NULL while not in line
};

typedef struct {
    ChanSchedNode *first[CHAN_SCHED_CLASSES];
} ChanSched;

// Puts a source at the end of its line; nothing when it is in it already.
void chan_sched_add(ChanSched *s, ChanSchedNode *node, ChanSchedClass c);

// Takes it out; nothing when it is not in line.
void chan_sched_remove(ChanSched *s, ChanSchedNode *node, ChanSchedClass c);

// The source whose turn it is, and its class; NULL when nobody has anything to send.
ChanSchedNode *chan_sched_first(const ChanSched *s, ChanSchedClass *c);

// A source that had its turn goes to the end of its line.
void chan_sched_pass(ChanSched *s, ChanSchedNode *node, ChanSchedClass c);
