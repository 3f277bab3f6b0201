// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/method_pace.h"

typedef struct {
    guint keycode;
    bool down;
} Key;

struct RaMethodPace {
    RaMethodGiveKey give;
    gpointer user;
    Key waiting[RA_METHOD_PACE_MAX];
    guint n;
    bool pressed; // the next one waits until then
    gint64 until_ms;
};

RaMethodPace *
ra_method_pace_new(RaMethodGiveKey give, gpointer user)
{
    RaMethodPace *p = g_new0(RaMethodPace, 1);

    p->give = give;
    p->user = user;
    return p;
}

void
ra_method_pace_free(RaMethodPace *p)
{
    g_free(p);
}

static void
note(RaMethodPace *p, bool down, gint64 now_ms)
{
    if (!down)
        return;
    p->pressed = true;
    p->until_ms = now_ms + RA_METHOD_PACE_MS;
}

// As far as the next press that has to wait.
static void
go_on(RaMethodPace *p, gint64 now_ms)
{
    guint i = 0;

    for (; i < p->n && !(p->waiting[i].down && p->pressed); i++) {
        p->give(p->waiting[i].keycode, p->waiting[i].down, p->user);
        note(p, p->waiting[i].down, now_ms);
    }
    p->n -= i;
    for (guint j = 0; j < p->n; j++)
        p->waiting[j] = p->waiting[i + j];
}

bool
ra_method_pace_key(RaMethodPace *p, guint keycode, bool down, gint64 now_ms)
{
    ra_method_pace_expire(p, now_ms);
    if (p->n == RA_METHOD_PACE_MAX)
        ra_method_pace_finish(p);
    if (p->n == 0 && !(down && p->pressed)) {
        note(p, down, now_ms);
        return false;
    }
    p->waiting[p->n++] = (Key){keycode, down};
    return true;
}

void
ra_method_pace_text(RaMethodPace *p, gint64 now_ms)
{
    note(p, true, now_ms);
}

void
ra_method_pace_answered(RaMethodPace *p, gint64 now_ms)
{
    p->until_ms = MIN(p->until_ms, now_ms + RA_METHOD_PACE_GAP_MS);
}

gint64
ra_method_pace_due_ms(const RaMethodPace *p)
{
    return p->n > 0 ? p->until_ms : -1;
}

void
ra_method_pace_expire(RaMethodPace *p, gint64 now_ms)
{
    if (!p->pressed || now_ms < p->until_ms)
        return;
    p->pressed = false;
    go_on(p, now_ms);
}

void
ra_method_pace_finish(RaMethodPace *p)
{
    p->pressed = false;
    for (guint i = 0; i < p->n; i++)
        p->give(p->waiting[i].keycode, p->waiting[i].down, p->user);
    p->n = 0;
}
