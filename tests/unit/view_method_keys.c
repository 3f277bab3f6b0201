// SPDX-License-Identifier: Apache-2.0
// What an input method keeps of the keys that it is given.
#include "rdpbridge/x11/method_keys.h"

#include <glib.h>

static GString *kept;

static void
on_kept(unsigned keycode, void *user)
{
    g_string_append_printf(kept, "%u ", keycode);
}

static void
expect(const char *keycodes)
{
    g_assert_cmpstr(kept->str, ==, keycodes);
    g_string_truncate(kept, 0);
}

static void
give(HostMethodKeys *keys, unsigned keycode, bool down, unsigned time)
{
    host_method_keys_give(keys, (HostMethodKey){(uint8_t)keycode, down, time}, on_kept, NULL);
}

static void
back(HostMethodKeys *keys, unsigned keycode, bool down, unsigned time)
{
    host_method_keys_back(keys, (HostMethodKey){(uint8_t)keycode, down, time}, on_kept, NULL);
}

static void
test_order(void)
{
    HostMethodKeys keys = {0};

    give(&keys, 50, true, 1);
    give(&keys, 50, false, 2); // a method that is switched by it keeps this
    give(&keys, 38, true, 3);
    g_assert_true(host_method_keys_pressing(&keys, 38));
    back(&keys, 50, true, 1);
    expect("");
    back(&keys, 38, true, 3); // later ones say so
    expect("50 ");
    g_assert_false(host_method_keys_pressing(&keys, 38));
    give(&keys, 38, false, 4);
    back(&keys, 99, false, 4); // made up
    back(&keys, 38, false, 5);
    expect("");
    host_method_keys_end(&keys, on_kept, NULL);
    expect("38 ");
    g_assert_cmpuint(keys.n, ==, 0);
}

static void
test_room(void)
{
    HostMethodKeys keys = {0};

    for (unsigned i = 0; i <= HOST_METHOD_KEYS_MAX; i++)
        give(&keys, 10 + i, i != 0 ? true : false, i);
    expect("10 ");
    g_assert_cmpuint(keys.n, ==, HOST_METHOD_KEYS_MAX);
    back(&keys, 10 + HOST_METHOD_KEYS_MAX, true, HOST_METHOD_KEYS_MAX);
    expect(""); // presses that are kept are text
    g_assert_cmpuint(keys.n, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    kept = g_string_new(NULL);
    g_test_add_func("/view/method-keys/order", test_order);
    g_test_add_func("/view/method-keys/room", test_room);
    int failed = g_test_run();
    g_string_free(kept, TRUE);
    return failed;
}
