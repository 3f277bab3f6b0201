// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stream of a connection and the table of them. A stream's place in the table is its id modulo
// CHAN_STREAMS_MAX; ids only ascend, so a late frame never meets a younger stream.

#include "channel/conn.h"
#include "channel/queue.h"
#include "channel/sched.h"

#define CHAN_CREDIT_INITIAL (64 * 1024) // bytes each direction of a new stream may carry at once
#define CHAN_CREDIT_MAX (64 * 1024 * 1024)
#define CHAN_WINDOWS_MAX (16 * 1024 * 1024) // of all streams together, beyond the initial credit

typedef struct {
    ChanSchedNode data;    // in line of its priority's class
    ChanSchedNode service; // in line of CHAN_SCHED_SERVICE
    uint32_t id;
    ChanPriority priority;
    char name[CHAN_SERVICE_MAX + 1]; // until the open is sent
    bool with_fd;
    // Things to say, in this order.
    bool open_due, reset_due, fin_due;
    uint16_t reset_reason;
    bool fin_sent, fin_received;
    bool wants_room; // a write found the queue full: WRITABLE is owed
    ChanQueue send, receive;
    size_t send_credit;    // bytes the peer allows
    size_t receive_credit; // bytes the peer may still send
    size_t owed;           // credit to be given back
    size_t window;         // receive_credit + owed + unread is this
    uint32_t refused;      // an id that came for this place while it was taken; 0: none
} ChanStream;

typedef struct {
    ChanStream *at[CHAN_STREAMS_MAX];
    uint32_t n;
    uint32_t last_id; // the highest one opened
    size_t windows;   // sum beyond the initial credit
} ChanStreamTable;

// NULL when there is none of this id.
ChanStream *chan_stream_find(const ChanStreamTable *t, uint32_t id);

// The next id whose place is free; 0 when none is, or no id is left.
uint32_t chan_stream_next_id(const ChanStreamTable *t);

// Its place must be free and its id the highest. window: wanted bytes; less when the sum is full.
ChanStream *chan_stream_add(ChanStreamTable *t, uint32_t id, ChanPriority priority, size_t window,
                            ChanChunkPool *pool);

// Not in any line any more.
void chan_stream_remove(ChanStreamTable *t, ChanStream *s);

ChanSchedClass chan_stream_class(const ChanStream *s);
ChanStream *chan_stream_of_data(ChanSchedNode *node);
ChanStream *chan_stream_of_service(ChanSchedNode *node);

// True when the next frame of its data line can be made: data with credit, or the fin after it.
bool chan_stream_can_send(const ChanStream *s);

// True when both directions have ended and all is read.
bool chan_stream_is_over(const ChanStream *s);
