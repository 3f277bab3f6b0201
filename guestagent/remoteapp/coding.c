// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/coding.h"

#define GAIN 0.9     // less is none: all this is measured, and changes
#define TRY_EVERY 16 // frames
// A way that is found faster than what goes over it is tried without compressing: soon where
// nothing is known of it, later to find out that it has become a better one. What that costs where
// it has not is one late frame.
#define UNSURE_FIRST 4
#define UNSURE_LATER 256

bool
ra_coding_compresses(RaCoding *c, const RaWay *way)
{
    bool yes = true;
    if (way->unsure >= (way->bytes_per_us > 0 ? UNSURE_LATER : UNSURE_FIRST)) {
        yes = false;
    } else if (way->bytes_per_us > 0 && c->known) {
        double way_ns = 1000 / way->bytes_per_us;
        yes = c->ns + c->ratio * way_ns + way->unpack_ns < way_ns * GAIN;
    }
    c->plain = yes ? 0 : c->plain + 1;
    return yes;
}

bool
ra_coding_tries(const RaCoding *c)
{
    return c->plain > 0 && c->plain % TRY_EVERY == 0;
}

void
ra_coding_took(RaCoding *c, gsize in, gsize out, gint64 ns)
{
    if (in == 0)
        return;
    double ratio = (double)out / (double)in, cost = (double)MAX(ns, 0) / (double)in;
    c->ratio = c->known ? (3 * c->ratio + ratio) / 4 : ratio;
    c->ns = c->known ? (3 * c->ns + cost) / 4 : cost;
    c->known = true;
}

void
ra_way_took(RaWay *way, gsize bytes, bool compressed, gint64 make_us, gint64 total_us)
{
    if (compressed && total_us < 2 * make_us) {
        way->unsure++;
        return;
    }
    double rate = (double)bytes / (double)MAX(total_us, 1);
    way->bytes_per_us = way->bytes_per_us == 0 ? rate : (3 * way->bytes_per_us + rate) / 4;
    way->unsure = 0;
}
