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
    host_method_keys_give(keys, (HostMethodKey){(uint8_t)keycode, down, false, time}, on_kept,
                          NULL);
}

static void
follow(HostMethodKeys *keys, unsigned keycode)
{
    host_method_keys_give(keys, (HostMethodKey){(uint8_t)keycode, false, true, 0}, on_kept, NULL);
}

static void
back(HostMethodKeys *keys, unsigned keycode, bool down, unsigned time)
{
    host_method_keys_back(keys, (HostMethodKey){(uint8_t)keycode, down, false, time}, on_kept,
                          NULL);
}

static void
test_order(void)
{
    HostMethodKeys keys = {0};

    give(&keys, 50, true, 1);
    give(&keys, 50, false, 2); // a method that is switched by it keeps this
    give(&keys, 38, true, 3);
    g_assert_true(host_method_keys_releasing(&keys, 50));
    back(&keys, 50, true, 1);
    expect("");
    back(&keys, 38, true, 3); // later ones say so
    expect("50 ");
    g_assert_false(host_method_keys_releasing(&keys, 50));
    give(&keys, 38, false, 4);
    back(&keys, 99, false, 4); // made up
    back(&keys, 38, false, 5);
    expect("");
    host_method_keys_end(&keys, on_kept, NULL);
    expect("38 ");
    g_assert_cmpuint(keys.n, ==, 0);
}

// Of a method that wants presses only.
static void
test_releases_follow(void)
{
    HostMethodKeys keys = {0};

    give(&keys, 64, true, 1);
    give(&keys, 50, true, 2);
    follow(&keys, 50);
    follow(&keys, 64);
    give(&keys, 38, true, 3);
    follow(&keys, 38);
    back(&keys, 64, true, 1);
    host_method_keys_go_on(&keys, on_kept, NULL);
    expect("");
    back(&keys, 50, true, 2);
    expect(""); // not before that press is dealt with
    g_assert_true(host_method_keys_releasing(&keys, 50));
    host_method_keys_go_on(&keys, on_kept, NULL);
    expect("50 64 ");
    give(&keys, 39, true, 4);
    follow(&keys, 39);
    back(&keys, 39, true, 4); // the one before is text
    expect("38 ");
    host_method_keys_go_on(&keys, on_kept, NULL);
    expect("39 ");
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
    g_test_add_func("/view/method-keys/releases-follow", test_releases_follow);
    g_test_add_func("/view/method-keys/room", test_room);
    int failed = g_test_run();
    g_string_free(kept, TRUE);
    return failed;
}
