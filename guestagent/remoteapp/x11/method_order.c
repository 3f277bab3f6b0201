// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/method_order.h"

typedef struct {
    bool is_key;
    guint keycode;
    bool down;
    gint64 at_ms;
    char *text;
    ChanWindowPreedit *preedit;
} Item;

struct RaMethodOrder {
    RaMethodGive give;
    gpointer user;
    GQueue items;  // Item *, the first one is a key
    guint n_gifts; // among them
};

static void
item_free(gpointer data)
{
    Item *i = data;

    g_free(i->text);
    g_free(i->preedit);
    g_free(i);
}

RaMethodOrder *
ra_method_order_new(RaMethodGive give, gpointer user)
{
    RaMethodOrder *o = g_new0(RaMethodOrder, 1);

    o->give = give;
    o->user = user;
    g_queue_init(&o->items);
    return o;
}

void
ra_method_order_free(RaMethodOrder *o)
{
    if (!o)
        return;
    g_queue_clear_full(&o->items, item_free);
    g_free(o);
}

static void
pop(RaMethodOrder *o)
{
    Item *i = g_queue_pop_head(&o->items);

    if (!i->is_key) {
        o->n_gifts--;
        o->give(&(RaMethodGift){i->text, i->preedit}, o->user);
    }
    item_free(i);
}

void
ra_method_order_go_on(RaMethodOrder *o)
{
    const Item *i;

    while ((i = g_queue_peek_head(&o->items)) != NULL && !i->is_key)
        pop(o);
}

static void
push(RaMethodOrder *o, const Item *item)
{
    if (o->items.length >= RA_METHOD_ORDER_MAX) {
        pop(o);
        ra_method_order_go_on(o);
    }
    g_queue_push_tail(&o->items, g_memdup2(item, sizeof *item));
}

void
ra_method_order_key(RaMethodOrder *o, guint keycode, bool down, gint64 now_ms)
{
    // Nothing waits for those that went elsewhere.
    if (o->n_gifts == 0)
        ra_method_order_expire(o, now_ms);
    push(o, &(Item){.is_key = true, .keycode = keycode, .down = down, .at_ms = now_ms});
}

void
ra_method_order_give(RaMethodOrder *o, const RaMethodGift *gift, gint64 now_ms)
{
    ra_method_order_expire(o, now_ms);
    if (o->items.length == 0) {
        o->give(gift, o->user);
        return;
    }
    Item *last = g_queue_peek_tail(&o->items);
    if (!gift->text && !last->is_key && !last->text) { // all of it each time
        *last->preedit = *gift->preedit;
        return;
    }
    push(o,
         &(Item){.text = g_strdup(gift->text),
                 .preedit = gift->text ? NULL : g_memdup2(gift->preedit, sizeof *gift->preedit)});
    o->n_gifts++;
    ra_method_order_go_on(o); // that there was no room for a key
}

bool
ra_method_order_asked(RaMethodOrder *o, guint keycode, bool down)
{
    const GList *l = o->items.head;

    while (l) {
        const Item *i = l->data;
        if (i->is_key && i->keycode == keycode && i->down == down)
            break;
        l = l->next;
    }
    if (!l) // it is a repetition, or was not given by us
        return false;
    while (g_queue_peek_head(&o->items) != l->data)
        pop(o);
    pop(o);
    const Item *next = g_queue_peek_head(&o->items);
    return next && !next->is_key && next->text;
}

gint64
ra_method_order_due_ms(const RaMethodOrder *o)
{
    const Item *first = g_queue_peek_head((GQueue *)&o->items);

    return o->n_gifts > 0 ? first->at_ms + RA_METHOD_ORDER_MS : -1;
}

void
ra_method_order_expire(RaMethodOrder *o, gint64 now_ms)
{
    const Item *i;

    while ((i = g_queue_peek_head(&o->items)) != NULL &&
           (!i->is_key || now_ms - i->at_ms >= RA_METHOD_ORDER_MS))
        pop(o);
}

void
ra_method_order_finish(RaMethodOrder *o)
{
    while (o->items.length > 0)
        pop(o);
}
