// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/method_keys.h"

#include <string.h>

// The first n are kept.
static void
drop(HostMethodKeys *keys, unsigned n, HostMethodKept kept, void *user)
{
    HostMethodKeys before = *keys;

    keys->n -= n;
    memmove(keys->given, keys->given + n, keys->n * sizeof keys->given[0]);
    for (unsigned i = 0; i < n; i++)
        if (!before.given[i].down)
            kept(before.given[i].keycode, user);
}

void
host_method_keys_give(HostMethodKeys *keys, HostMethodKey key, HostMethodKept kept, void *user)
{
    if (keys->n == HOST_METHOD_KEYS_MAX)
        drop(keys, 1, kept, user);
    keys->given[keys->n++] = key;
}

void
host_method_keys_back(HostMethodKeys *keys, HostMethodKey key, HostMethodKept kept, void *user)
{
    for (unsigned i = 0; i < keys->n; i++) {
        const HostMethodKey *given = &keys->given[i];
        if (given->follows || given->keycode != key.keycode || given->down != key.down ||
            given->time != key.time)
            continue;
        drop(keys, i, kept, user);
        keys->n--;
        memmove(keys->given, keys->given + 1, keys->n * sizeof keys->given[0]);
        return;
    }
}

void
host_method_keys_go_on(HostMethodKeys *keys, HostMethodKept kept, void *user)
{
    while (keys->n > 0 && keys->given[0].follows)
        drop(keys, 1, kept, user);
}

void
host_method_keys_end(HostMethodKeys *keys, HostMethodKept kept, void *user)
{
    drop(keys, keys->n, kept, user);
}

bool
host_method_keys_releasing(const HostMethodKeys *keys, unsigned keycode)
{
    for (unsigned i = 0; i < keys->n; i++)
        if (!keys->given[i].down && keys->given[i].keycode == keycode)
            return true;
    return false;
}
