// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds hellos and frames in the bytes that arrive, whatever they begin with. Holds at most one
// buffer; a frame is given out only when it is whole and its trailer proves that its sender
// finished it, so that no half frame of a peer that restarted is taken for data.
//
// Out of sync it looks for hellos alone. In sync every byte belongs to a hello or a frame, and the
// first that does not ends the sync.

#include "channel/frame.h"
#include "channel/handshake.h"

// Whole frames of the largest size: at full rate none is cut by the buffer's end.
#define CHAN_RECEIVE_BUFFER (4 * (CHAN_FRAME_OVERHEAD + CHAN_FRAME_MAX))

typedef struct {
    uint8_t *buffer;
    size_t start, end;     // what is not yet used of it
    uint64_t start_offset; // bytes of the pipe before buffer[start]
    ChanFrameSeal seal;
    ChanRole sender;
    bool synced;
} ChanReceiver;

typedef enum {
    CHAN_ITEM_NONE, // more bytes are needed
    CHAN_ITEM_HELLO,
    CHAN_ITEM_FRAME,
    CHAN_ITEM_LOST_SYNC,  // once; from now on hellos alone are looked for
    CHAN_ITEM_STUCK_PEER, // out of sync: the peer pings within a session that this end has not
    CHAN_ITEM_INVALID,    // a frame of this session that nobody may send
} ChanItemKind;

typedef struct {
    ChanItemKind kind;
    ChanHelloFrame hello;
    ChanFrameHead head;
    ChanSpan payload;    // borrowed until the next call
    uint64_t start, end; // bytes of the pipe before the frame, and up to its end
} ChanItem;

void chan_receiver_init(ChanReceiver *r, ChanRole sender);
void chan_receiver_clear(ChanReceiver *r);

// Room to read into, never none; spans given out before are invalid after it.
uint8_t *chan_receiver_space(ChanReceiver *r, size_t *room);
void chan_receiver_commit(ChanReceiver *r, size_t n);

// What was received and not taken is gone.
void chan_receiver_drop(ChanReceiver *r);

ChanItemKind chan_receiver_next(ChanReceiver *r, ChanItem *item);

// A session begins, or is over.
void chan_receiver_sync(ChanReceiver *r, const ChanFrameSeal *seal);
void chan_receiver_unsync(ChanReceiver *r);

// True in sync when the last bytes are the beginning of a frame.
bool chan_receiver_in_frame(const ChanReceiver *r);
