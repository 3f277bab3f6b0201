// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/waiters.h"

typedef struct {
    BrokerGuestDone done;
    gpointer user;
} Waiter;

struct BrokerWaiters {
    GArray *lists[BROKER_WAIT_STOP + 1]; // of Waiter
};

static GArray *
list_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Waiter));
}

BrokerWaiters *
broker_waiters_new(void)
{
    BrokerWaiters *w = g_new0(BrokerWaiters, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(w->lists); i++)
        w->lists[i] = list_new();
    return w;
}

void
broker_waiters_free(BrokerWaiters *w)
{
    if (!w)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(w->lists); i++) {
        g_assert(w->lists[i]->len == 0);
        g_array_unref(w->lists[i]);
    }
    g_free(w);
}

void
broker_waiters_add(BrokerWaiters *w, BrokerWaitFor what, BrokerGuestDone done, gpointer user)
{
    Waiter waiter = {done, user};

    if (done)
        g_array_append_val(w->lists[what], waiter);
}

void
broker_waiters_answer(BrokerWaiters *w, BrokerWaitFor what, BrokerGuest *guest, const GError *error)
{
    g_autoptr(GArray) list = w->lists[what];

    w->lists[what] = list_new();
    for (guint i = 0; i < list->len; i++) {
        const Waiter *waiter = &g_array_index(list, Waiter, i);
        waiter->done(guest, error, waiter->user);
    }
}
