// SPDX-License-Identifier: Apache-2.0
#pragma once

// The hello (PROTOCOL.md, "Handshake"): its form, and the small machine that decides when to say
// it and when two ends know each other. A hello can be found in any stream of bytes, without state.

#include "channel/conn.h"
#include "channel/frame.h"

#define CHAN_VERSION 1
#define CHAN_HELLO_SIZE 128
#define CHAN_HELLO_MAGIC_SIZE 16
extern const uint8_t chan_hello_magic[CHAN_HELLO_MAGIC_SIZE];

// A hello as it is on the wire.
typedef struct {
    ChanHello hello; // software is cleaned by the decoder
    uint8_t role;
    uint8_t echo[CHAN_NONCE_SIZE]; // nonce of the peer, zeroes while unknown
} ChanHelloFrame;

void chan_hello_encode(const ChanHelloFrame *m, uint8_t out[CHAN_HELLO_SIZE]);

// False when it is none: cut, damaged, or of no known form.
bool chan_hello_decode(ChanHelloFrame *m, const uint8_t untrusted_bytes[CHAN_HELLO_SIZE]);

typedef struct {
    ChanRole role;
    ChanHello own;
    uint8_t secret[CHAN_NONCE_SIZE]; // what later nonces are derived from
    uint64_t epoch;                  // nonces used so far
    ChanHello peer;
    bool peer_known; // peer holds what the peer said last
    bool confirmed;  // the peer has answered our nonce: a session
    bool settled;    // the peer has the session too
    bool due;        // a hello is to be sent
    uint64_t retry_at_us, retry_us;
    size_t volley; // bytes of hellos still to be sent in a row, for a peer stuck in a frame
    uint64_t volley_at_us;
} ChanHandshake;

typedef enum {
    CHAN_HELLO_IGNORED,
    CHAN_HELLO_NEW_PEER,  // another peer than before: an earlier session is over
    CHAN_HELLO_CONFIRMED, // a session begins
    CHAN_HELLO_VERSION,   // speaks no version that we do
} ChanHelloResult;

void chan_handshake_init(ChanHandshake *h, const ChanConnConfig *config, uint64_t now_us);

// Starts over with a fresh nonce, because this end lost the thread.
void chan_handshake_restart(ChanHandshake *h, uint64_t now_us);

// Both NEW_PEER and CONFIRMED can be true of one hello: then it reports NEW_PEER in *new_peer too.
ChanHelloResult chan_handshake_receive(ChanHandshake *h, const ChanHelloFrame *untrusted,
                                       bool *new_peer, uint64_t now_us);

// A frame of the session came: the peer needs no more hellos.
void chan_handshake_settle(ChanHandshake *h);

// The peer seems to be stuck in a frame that an earlier process of this end never finished.
void chan_handshake_peer_stuck(ChanHandshake *h, uint64_t now_us);

// Raises due when it is time to say hello again.
void chan_handshake_tick(ChanHandshake *h, uint64_t now_us);

// When that will be; UINT64_MAX for never.
uint64_t chan_handshake_deadline(const ChanHandshake *h);

// True when a hello is to go out now; then it is in out and counts as said.
bool chan_handshake_take(ChanHandshake *h, uint8_t out[CHAN_HELLO_SIZE], uint64_t now_us);

// The keys of a confirmed session: of what this end sends and of what it receives.
void chan_handshake_keys(const ChanHandshake *h, ChanFrameSeal *send, ChanFrameSeal *receive);
