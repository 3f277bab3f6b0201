// SPDX-License-Identifier: Apache-2.0
#include "channel/x11/conversion.h"

#include "channel/glib/timer.h"

#define PATIENCE_MS 5000

struct ChanConversion {
    GMainContext *context;
    ChanConversionPlace at;
    Atom incr;
    void (*done)(const ChanConverted *result, gpointer user);
    gpointer user;
    Atom target;       // None: nothing is under way
    GByteArray *bytes; // pieces that have come; NULL: it does not come in pieces
    Atom type;
    GSource *patience;
    GSource *piece; // one has come and is taken in the loop's next turn
};

ChanConversion *
chan_conversion_new(GMainContext *context, const ChanConversionPlace *place,
                    void (*done)(const ChanConverted *result, gpointer user), gpointer user)
{
    ChanConversion *c = g_new0(ChanConversion, 1);

    c->context = context;
    c->at = *place;
    c->incr = XInternAtom(place->dpy, "INCR", False);
    c->done = done;
    c->user = user;
    return c;
}

void
chan_conversion_stop(ChanConversion *c)
{
    chan_timer_clear(&c->patience);
    chan_timer_clear(&c->piece);
    g_clear_pointer(&c->bytes, g_byte_array_unref);
    c->target = None;
}

void
chan_conversion_free(ChanConversion *c)
{
    if (!c)
        return;
    chan_conversion_stop(c);
    g_free(c);
}

bool
chan_conversion_busy(const ChanConversion *c)
{
    return c->target != None;
}

static void
end(ChanConversion *c, ChanConverted result)
{
    chan_conversion_stop(c);
    c->done(&result, c->user);
}

static gboolean
on_patience(gpointer user)
{
    end(user, (ChanConverted){.end = CHAN_GIVEN_UP});
    return G_SOURCE_REMOVE;
}

static void
wait_more(ChanConversion *c)
{
    chan_timer_clear(&c->patience);
    c->patience = chan_timer_new(c->context, PATIENCE_MS, on_patience, c);
}

void
chan_conversion_start(ChanConversion *c, Atom target)
{
    g_assert(c->target == None);
    c->target = target;
    wait_more(c);
    XConvertSelection(c->at.dpy, c->at.selection, target, c->at.property, c->at.window,
                      CurrentTime);
}

// The property, which is taken away: that tells who sends pieces to go on.
typedef struct {
    Atom type;
    int format;
    unsigned long count, left;
    unsigned char *data;
} Taken;

static Taken
take(ChanConversion *c)
{
    Taken t = {0};

    XGetWindowProperty(c->at.dpy, c->at.window, c->at.property, 0, (long)(c->at.max / 4 + 1), True,
                       AnyPropertyType, &t.type, &t.format, &t.count, &t.left, &t.data);
    if (t.left > 0)
        XDeleteProperty(c->at.dpy, c->at.window, c->at.property);
    return t;
}

static void
taken_clear(Taken *t)
{
    if (t->data)
        XFree(t->data);
}

static bool
fits(const ChanConversion *c, const Taken *t)
{
    gsize before = c->bytes ? c->bytes->len : 0;

    return t->format == 8 && t->left == 0 && before + t->count <= c->at.max;
}

static void
take_whole(ChanConversion *c)
{
    Taken t = take(c);

    if (t.type == c->incr) {
        c->bytes = g_byte_array_new();
        wait_more(c);
    } else if (t.type != None && (t.format == 32 || fits(c, &t))) {
        g_autoptr(GBytes) data = g_bytes_new(t.data, t.count * (t.format == 32 ? sizeof(long) : 1));
        end(c, (ChanConverted){CHAN_CONVERTED, t.type, t.format, data});
    } else {
        end(c, (ChanConverted){.end = CHAN_GIVEN_UP});
    }
    taken_clear(&t);
}

static void
end_pieces(ChanConversion *c)
{
    g_autoptr(GBytes) data = g_byte_array_free_to_bytes(g_steal_pointer(&c->bytes));

    end(c, (ChanConverted){CHAN_CONVERTED, c->type, 8, data});
}

static gboolean
on_piece(gpointer user)
{
    ChanConversion *c = user;
    Taken t = take(c);

    chan_timer_clear(&c->piece);
    if (t.type == None || t.type == c->incr) {
        // It was taken already, or is the announcement itself.
    } else if (t.count == 0 && t.left == 0) {
        end_pieces(c);
    } else if (!fits(c, &t)) {
        end(c, (ChanConverted){.end = CHAN_GIVEN_UP});
    } else {
        c->type = t.type;
        g_byte_array_append(c->bytes, t.data, (guint)t.count);
        wait_more(c);
    }
    taken_clear(&t);
    return G_SOURCE_REMOVE;
}

// A quick owner has the next piece ready before the last one was looked at.
static void
expect_piece(ChanConversion *c)
{
    if (c->piece)
        return;
    c->piece = g_idle_source_new();
    g_source_set_priority(c->piece, G_PRIORITY_DEFAULT);
    g_source_set_callback(c->piece, on_piece, c, NULL);
    g_source_attach(c->piece, c->context);
}

void
chan_conversion_owner_gone(ChanConversion *c)
{
    if (c->bytes)
        end(c, (ChanConverted){.end = CHAN_GIVEN_UP});
}

bool
chan_conversion_event(ChanConversion *c, const XEvent *e)
{
    const XSelectionEvent *s = &e->xselection;
    const XPropertyEvent *p = &e->xproperty;

    if (c->target == None)
        return false;
    if (e->type == SelectionNotify && s->requestor == c->at.window &&
        s->selection == c->at.selection && s->target == c->target && !c->bytes) {
        if (s->property == None)
            end(c, (ChanConverted){.end = CHAN_REFUSED});
        else
            take_whole(c);
        return true;
    }
    if (e->type != PropertyNotify || p->window != c->at.window || p->atom != c->at.property)
        return false;
    if (c->bytes && p->state == PropertyNewValue)
        expect_piece(c);
    return true;
}
