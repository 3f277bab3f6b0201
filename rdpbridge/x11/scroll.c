// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/scroll.h"

#define AXES_MAX 4
#define NOTCH 120.0

typedef struct {
    int number;
    bool vertical, known; // known: last is from this visit
    double increment, last, rest;
} Axis;

typedef struct {
    unsigned n;
    Axis axes[AXES_MAX];
} Device;

struct HostScroll {
    HostDisplay *x;
    GHashTable *devices; // by id
};

HostScroll *
host_scroll_new(HostDisplay *x)
{
    HostScroll *s = g_new0(HostScroll, 1);

    s->x = x;
    s->devices = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return s;
}

void
host_scroll_free(HostScroll *s)
{
    if (!s)
        return;
    g_hash_table_unref(s->devices);
    g_free(s);
}

// Where the axes are now, so that the first step counts.
static void
read_device(HostScroll *s, const XIDeviceInfo *info)
{
    Device *d = g_new0(Device, 1);

    for (int c = 0; c < info->num_classes && d->n < AXES_MAX; c++) {
        const XIScrollClassInfo *scroll = (const XIScrollClassInfo *)info->classes[c];
        if (scroll->type != XIScrollClass || scroll->increment == 0)
            continue;
        d->axes[d->n++] = (Axis){.number = scroll->number,
                                 .vertical = scroll->scroll_type == XIScrollTypeVertical,
                                 .increment = scroll->increment};
    }
    for (int c = 0; c < info->num_classes; c++) {
        const XIValuatorClassInfo *v = (const XIValuatorClassInfo *)info->classes[c];
        for (unsigned k = 0; v->type == XIValuatorClass && k < d->n; k++) {
            if (d->axes[k].number != v->number)
                continue;
            d->axes[k].last = v->value;
            d->axes[k].known = true;
        }
    }
    g_hash_table_insert(s->devices, GINT_TO_POINTER(info->deviceid), d);
}

static void
read_devices(HostScroll *s, int id)
{
    int n = 0;
    XIDeviceInfo *info = XIQueryDevice(s->x->dpy, id, &n);

    for (int i = 0; info && i < n; i++)
        read_device(s, &info[i]);
    if (info)
        XIFreeDeviceInfo(info);
}

// NULL: it went meanwhile.
static Device *
device(HostScroll *s, int id)
{
    Device *d = g_hash_table_lookup(s->devices, GINT_TO_POINTER(id));

    if (d)
        return d;
    read_devices(s, id);
    return g_hash_table_lookup(s->devices, GINT_TO_POINTER(id));
}

// What the axis moved since its last value, whole units; the rest is kept for the next time.
static double
advance(Axis *a, double value)
{
    double units = a->known ? (value - a->last) / a->increment * NOTCH + a->rest : 0;
    double whole = CLAMP(units, -32767, 32767);

    whole = (double)(int)whole;
    a->rest = a->known ? units - whole : 0;
    a->last = value;
    a->known = true;
    return whole;
}

bool
host_scroll_motion(HostScroll *s, const XIDeviceEvent *e, double *dx, double *dy)
{
    Device *d = device(s, e->sourceid);
    const double *value = e->valuators.values;
    bool other = false, any = false;

    *dx = *dy = 0;
    for (int i = 0; i < e->valuators.mask_len * 8; i++) {
        if (!XIMaskIsSet(e->valuators.mask, i))
            continue;
        Axis *axis = NULL;
        for (unsigned k = 0; d && k < d->n; k++)
            if (d->axes[k].number == i)
                axis = &d->axes[k];
        if (!axis)
            other = true;
        else if (axis->vertical)
            *dy -= advance(axis, *value); // XI2 counts down as positive
        else
            *dx += advance(axis, *value);
        any |= axis != NULL;
        value++;
    }
    return any && (!other || *dx != 0 || *dy != 0);
}

void
host_scroll_restart(HostScroll *s)
{
    if (s)
        read_devices(s, XIAllDevices);
}

void
host_scroll_forget(HostScroll *s)
{
    g_hash_table_remove_all(s->devices);
}
