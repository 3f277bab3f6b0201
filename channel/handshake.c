// SPDX-License-Identifier: Apache-2.0
#include "channel/handshake.h"

#include "channel/utf8.h"
#include "channel/wire.h"

#include <string.h>

#define SECOND_US 1000000u
#define RETRY_MAX_US (10 * SECOND_US)
#define VOLLEY_GAP_US (SECOND_US / 4)
// As much as the peer can lack of a frame, and a whole hello after it.
#define VOLLEY_SIZE (CHAN_FRAME_OVERHEAD + CHAN_FRAME_MAX + 2 * CHAN_HELLO_SIZE)

// Bytes that a terminal or a text converter in the way would damage are in it on purpose.
const uint8_t chan_hello_magic[CHAN_HELLO_MAGIC_SIZE] = {
    0xc5, 'c', 'a', 's', 'e', 'm', 'e', 'n', 't', '/', 'h', 'i', 0x0d, 0x0a, 0x1a, 0x0a};

static const uint8_t check_key[CHAN_SIP_KEY_SIZE] = "casement hello 1";

void
chan_hello_encode(const ChanHelloFrame *m, uint8_t out[CHAN_HELLO_SIZE])
{
    ChanWriter w = chan_writer(out, CHAN_HELLO_SIZE);

    chan_write_bytes(&w, CHAN_SPAN(chan_hello_magic, CHAN_HELLO_MAGIC_SIZE));
    chan_write_u16(&w, m->hello.version);
    chan_write_u8(&w, m->role);
    chan_write_u8(&w, 0);
    chan_write_u32(&w, m->hello.features);
    chan_write_bytes(&w, CHAN_SPAN(m->hello.nonce, CHAN_NONCE_SIZE));
    chan_write_bytes(&w, CHAN_SPAN(m->echo, CHAN_NONCE_SIZE));
    chan_write_bytes(&w, CHAN_SPAN(m->hello.software, sizeof m->hello.software));
    chan_write_u64(&w, chan_siphash(check_key, CHAN_SPAN(out, w.size)));
}

bool
chan_hello_decode(ChanHelloFrame *m, const uint8_t untrusted_bytes[CHAN_HELLO_SIZE])
{
    static const uint8_t none[CHAN_NONCE_SIZE];
    ChanReader r = chan_reader(CHAN_SPAN(untrusted_bytes, CHAN_HELLO_SIZE));
    ChanSpan magic = chan_read_bytes(&r, CHAN_HELLO_MAGIC_SIZE);

    memset(m, 0, sizeof *m);
    m->hello.version = chan_read_u16(&r);
    m->role = chan_read_u8(&r);
    (void)chan_read_u8(&r); // for later versions
    m->hello.features = chan_read_u32(&r);
    memcpy(m->hello.nonce, chan_read_bytes(&r, CHAN_NONCE_SIZE).data, CHAN_NONCE_SIZE);
    memcpy(m->echo, chan_read_bytes(&r, CHAN_NONCE_SIZE).data, CHAN_NONCE_SIZE);
    ChanSpan software = chan_read_bytes(&r, sizeof m->hello.software);
    ChanSpan checked = CHAN_SPAN(untrusted_bytes, CHAN_HELLO_SIZE - 8);
    uint64_t check = chan_read_u64(&r);
    const uint8_t *nul = memchr(software.data, 0, software.size);

    if (nul)
        software.size = (size_t)(nul - software.data);
    (void)chan_utf8_clean(software, m->hello.software, sizeof m->hello.software);
    return memcmp(magic.data, chan_hello_magic, CHAN_HELLO_MAGIC_SIZE) == 0 &&
           check == chan_siphash(check_key, checked) &&
           memcmp(m->hello.nonce, none, sizeof none) != 0 &&
           (m->role == CHAN_ROLE_HOST || m->role == CHAN_ROLE_GUEST);
}

// 16 bytes from a key, a text and a label: two hashes that differ in their last byte.
static void
derive(const uint8_t key[CHAN_SIP_KEY_SIZE], const uint8_t text[CHAN_NONCE_SIZE], uint8_t label,
       uint8_t out[16])
{
    uint8_t in[CHAN_NONCE_SIZE + 2];
    ChanWriter w = chan_writer(out, 16);

    memcpy(in, text, CHAN_NONCE_SIZE);
    in[CHAN_NONCE_SIZE] = label;
    for (uint8_t half = 0; half < 2; half++) {
        in[CHAN_NONCE_SIZE + 1] = half;
        chan_write_u64(&w, chan_siphash(key, CHAN_SPAN(in, sizeof in)));
    }
}

static void
say_again(ChanHandshake *h, uint64_t now_us)
{
    h->due = true;
    h->retry_us = SECOND_US;
    h->retry_at_us = now_us + h->retry_us;
    h->volley = 0;
    h->volley_at_us = 0;
}

void
chan_handshake_init(ChanHandshake *h, const ChanConnConfig *config, uint64_t now_us)
{
    memset(h, 0, sizeof *h);
    h->role = config->role;
    h->own.version = CHAN_VERSION;
    h->own.features = config->features;
    memcpy(h->own.nonce, config->nonce, CHAN_NONCE_SIZE);
    memcpy(h->secret, config->nonce, CHAN_NONCE_SIZE);
    if (config->software)
        (void)chan_utf8_clean(CHAN_SPAN_TEXT(config->software), h->own.software,
                              sizeof h->own.software);
    say_again(h, now_us);
}

void
chan_handshake_restart(ChanHandshake *h, uint64_t now_us)
{
    uint8_t count[CHAN_NONCE_SIZE] = {0};
    ChanWriter w = chan_writer(count, sizeof count);

    chan_write_u64(&w, ++h->epoch);
    derive(h->secret, count, 'n', h->own.nonce);
    h->peer_known = h->confirmed = h->settled = false;
    say_again(h, now_us);
}

ChanHelloResult
chan_handshake_receive(ChanHandshake *h, const ChanHelloFrame *untrusted, bool *new_peer,
                       uint64_t now_us)
{
    const ChanHello *peer = &untrusted->hello;
    bool answers = memcmp(untrusted->echo, h->own.nonce, CHAN_NONCE_SIZE) == 0;

    *new_peer = false;
    // Our own hello comes back from a terminal that echoes, or from a loop-back.
    if (untrusted->role == h->role)
        return CHAN_HELLO_IGNORED;
    if (peer->version == 0)
        return answers ? CHAN_HELLO_VERSION : CHAN_HELLO_IGNORED;
    bool known = h->peer_known && memcmp(peer->nonce, h->peer.nonce, CHAN_NONCE_SIZE) == 0;
    if (known && (h->confirmed || !answers)) {
        // It has not heard us yet; in a settled session it is an old copy.
        h->due = h->due || !h->settled;
        return CHAN_HELLO_IGNORED;
    }
    *new_peer = !known;
    if (!known) {
        h->peer = *peer;
        h->peer_known = true;
        h->confirmed = h->settled = false;
        say_again(h, now_us);
    }
    if (!answers)
        return CHAN_HELLO_NEW_PEER;
    // Without our answer it would wait for it, unless that is on its way already.
    h->confirmed = true;
    h->volley = 0;
    h->retry_at_us = UINT64_MAX;
    return CHAN_HELLO_CONFIRMED;
}

void
chan_handshake_settle(ChanHandshake *h)
{
    h->settled = true;
}

void
chan_handshake_peer_stuck(ChanHandshake *h, uint64_t now_us)
{
    if (h->confirmed || now_us < h->volley_at_us)
        return;
    h->volley = VOLLEY_SIZE;
    h->volley_at_us = now_us + VOLLEY_GAP_US;
}

void
chan_handshake_tick(ChanHandshake *h, uint64_t now_us)
{
    if (h->confirmed || now_us < h->retry_at_us)
        return;
    h->due = true;
    h->retry_us = h->retry_us * 2 < RETRY_MAX_US ? h->retry_us * 2 : RETRY_MAX_US;
    h->retry_at_us = now_us + h->retry_us;
}

uint64_t
chan_handshake_deadline(const ChanHandshake *h)
{
    return h->confirmed ? UINT64_MAX : h->retry_at_us;
}

bool
chan_handshake_take(ChanHandshake *h, uint8_t out[CHAN_HELLO_SIZE], uint64_t now_us)
{
    if (!h->due && h->volley == 0)
        return false;
    ChanHelloFrame m = {.hello = h->own, .role = (uint8_t)h->role};
    if (h->peer_known)
        memcpy(m.echo, h->peer.nonce, CHAN_NONCE_SIZE);
    chan_hello_encode(&m, out);
    h->due = false;
    h->volley -= h->volley < CHAN_HELLO_SIZE ? h->volley : CHAN_HELLO_SIZE;
    return true;
}

void
chan_handshake_keys(const ChanHandshake *h, ChanFrameSeal *send, ChanFrameSeal *receive)
{
    bool host = h->role == CHAN_ROLE_HOST;
    const uint8_t *host_nonce = host ? h->own.nonce : h->peer.nonce;
    const uint8_t *guest_nonce = host ? h->peer.nonce : h->own.nonce;
    ChanFrameSeal to_guest = {.sequence = 0}, to_host = {.sequence = 0};

    derive(host_nonce, guest_nonce, 'g', to_guest.key);
    derive(host_nonce, guest_nonce, 'h', to_host.key);
    *send = host ? to_guest : to_host;
    *receive = host ? to_host : to_guest;
}
