// SPDX-License-Identifier: Apache-2.0
// What programs that speak IBus' protocol are given: its order with keys, and its form.
#include "guestagent/remoteapp/x11/ibus_text.h"
#include "guestagent/remoteapp/x11/method_order.h"
#include "guestagent/remoteapp/x11/method_pace.h"

#include <string.h>

static GString *given; // texts, and what is being made in brackets

static void
on_give(const RaMethodGift *gift, gpointer user)
{
    if (gift->text) {
        g_string_append(given, gift->text);
        return;
    }
    g_string_append_c(given, '[');
    for (guint i = 0; i < gift->preedit->count; i++)
        g_string_append_unichar(given, gift->preedit->characters[i].character);
    g_string_append_c(given, ']');
}

static RaMethodOrder *
order_new(void)
{
    g_string_truncate(given, 0);
    return ra_method_order_new(on_give, NULL);
}

static void
give(RaMethodOrder *o, const char *text, gint64 now_ms)
{
    ra_method_order_give(o, &(RaMethodGift){.text = text}, now_ms);
}

static void
make(RaMethodOrder *o, const char *text, gint64 now_ms)
{
    ChanWindowPreedit preedit = {0};

    for (const char *c = text; *c; c++)
        preedit.characters[preedit.count++].character = (guint32)*c;
    ra_method_order_give(o, &(RaMethodGift){.preedit = &preedit}, now_ms);
}

static void
expect(const char *text)
{
    g_assert_cmpstr(given->str, ==, text);
}

static void
test_at_once(void)
{
    RaMethodOrder *o = order_new();

    make(o, "v", 0);
    give(o, "a", 0);
    expect("[v]a");
    g_assert_cmpint(ra_method_order_due_ms(o), ==, -1);
    ra_method_order_free(o);
}

static void
test_behind_its_keys(void)
{
    RaMethodOrder *o = order_new();

    ra_method_order_key(o, 30, true, 5);
    ra_method_order_key(o, 30, false, 6);
    g_assert_cmpint(ra_method_order_due_ms(o), ==, -1);
    give(o, "a", 7);
    make(o, "b", 7);
    make(o, "bc", 7); // instead of the former
    ra_method_order_key(o, 31, true, 8);
    give(o, "d", 9);
    expect("");
    g_assert_cmpint(ra_method_order_due_ms(o), ==, 5 + RA_METHOD_ORDER_MS);
    g_assert_false(ra_method_order_asked(o, 30, true));
    ra_method_order_go_on(o);
    g_assert_false(ra_method_order_asked(o, 40, true)); // not one of ours
    ra_method_order_go_on(o);
    expect("");
    g_assert_true(ra_method_order_asked(o, 30, false));
    expect(""); // not before it is answered
    ra_method_order_go_on(o);
    expect("a[bc]");
    g_assert_true(ra_method_order_asked(o, 31, true));
    ra_method_order_go_on(o);
    expect("a[bc]d");
    g_assert_cmpint(ra_method_order_due_ms(o), ==, -1);
    ra_method_order_free(o);
}

static void
test_keys_that_went_elsewhere(void)
{
    RaMethodOrder *o = order_new();

    // A later one is asked about.
    ra_method_order_key(o, 30, true, 0);
    give(o, "a", 0);
    ra_method_order_key(o, 31, true, 0);
    g_assert_false(ra_method_order_asked(o, 31, true));
    expect("a"); // before the answer: it was given before
    // None is.
    ra_method_order_key(o, 32, true, 100);
    give(o, "b", 100);
    ra_method_order_expire(o, 100 + RA_METHOD_ORDER_MS - 1);
    expect("a");
    ra_method_order_expire(o, 100 + RA_METHOD_ORDER_MS);
    expect("ab");
    // None is, and the text comes long after.
    ra_method_order_key(o, 33, true, 2000);
    give(o, "c", 2000 + RA_METHOD_ORDER_MS);
    expect("abc");
    // Another program has the focus.
    ra_method_order_key(o, 34, true, 9000);
    give(o, "d", 9000);
    ra_method_order_finish(o);
    expect("abcd");
    give(o, "e", 9000);
    expect("abcde");
    ra_method_order_free(o);
}

static void
test_limit(void)
{
    RaMethodOrder *o = order_new();

    for (guint i = 0; i < RA_METHOD_ORDER_MAX - 1; i++)
        ra_method_order_key(o, 30, true, 0);
    give(o, "a", 0);
    expect("");
    give(o, "b", 0); // instead of the first key
    expect("");
    for (guint i = 0; i < 4 * RA_METHOD_ORDER_MAX; i++)
        ra_method_order_key(o, 30, true, 0);
    expect("ab");
    ra_method_order_free(o);
}

// Whatever happens, texts are given once each and in their order.
static void
test_any_course(void)
{
    for (guint round = 0; round < 200; round++) {
        RaMethodOrder *o = order_new();
        g_autoptr(GString) all = g_string_new(NULL);
        gint64 now = 0;

        for (guint i = 0; i < 1000; i++) {
            char text[2] = {(char)g_test_rand_int_range('a', 'z' + 1), '\0'};
            guint key = (guint)g_test_rand_int_range(30, 33);
            bool down = g_test_rand_bit();
            now += g_test_rand_int_range(0, 100);
            switch (g_test_rand_int_range(0, 5)) {
            case 0:
                give(o, text, now);
                g_string_append(all, text);
                break;
            case 1:
            case 2:
                ra_method_order_key(o, key, down, now);
                break;
            case 3:
                (void)ra_method_order_asked(o, key, down);
                ra_method_order_go_on(o);
                break;
            default:
                ra_method_order_expire(o, now);
                break;
            }
            g_assert_true(g_str_has_prefix(all->str, given->str));
            gint64 due = ra_method_order_due_ms(o);
            g_assert_true((due == -1) == (given->len == all->len));
            g_assert_cmpint(due, <=, now + RA_METHOD_ORDER_MS);
        }
        ra_method_order_finish(o);
        expect(all->str);
        ra_method_order_free(o);
    }
}

static void
on_give_key(guint keycode, bool down, gpointer user)
{
    g_string_append_printf(given, "%s%u", down ? "+" : "-", keycode);
}

static void
test_pace(void)
{
    RaMethodPace *p = ra_method_pace_new(on_give_key, NULL);

    g_string_truncate(given, 0);
    // Slow enough: nothing waits.
    g_assert_false(ra_method_pace_key(p, 1, true, 0));
    ra_method_pace_answered(p, 2);
    g_assert_false(ra_method_pace_key(p, 1, false, 3));
    g_assert_false(ra_method_pace_key(p, 2, true, 2 + RA_METHOD_PACE_GAP_MS));
    g_assert_cmpint(ra_method_pace_due_ms(p), ==, -1);
    // Behind the answer; and what comes behind that, too.
    g_assert_true(ra_method_pace_key(p, 3, true, 30));
    g_assert_true(ra_method_pace_key(p, 2, false, 31));
    g_assert_true(ra_method_pace_key(p, 4, true, 32));
    g_assert_cmpint(ra_method_pace_due_ms(p), ==, 22 + RA_METHOD_PACE_MS);
    ra_method_pace_answered(p, 40);
    g_assert_cmpint(ra_method_pace_due_ms(p), ==, 40 + RA_METHOD_PACE_GAP_MS);
    ra_method_pace_expire(p, 40 + RA_METHOD_PACE_GAP_MS - 1);
    expect("");
    ra_method_pace_expire(p, 40 + RA_METHOD_PACE_GAP_MS);
    expect("+3-2");
    // Without one.
    ra_method_pace_expire(p, 60 + RA_METHOD_PACE_MS - 1);
    expect("+3-2");
    ra_method_pace_expire(p, 60 + RA_METHOD_PACE_MS);
    expect("+3-2+4");
    g_assert_cmpint(ra_method_pace_due_ms(p), ==, -1);
    // At once.
    g_assert_true(ra_method_pace_key(p, 5, true, 400));
    ra_method_pace_finish(p);
    expect("+3-2+4+5");
    g_assert_false(ra_method_pace_key(p, 6, true, 401));
    // Behind text.
    g_string_truncate(given, 0);
    ra_method_pace_finish(p);
    ra_method_pace_text(p, 401);
    g_assert_false(ra_method_pace_key(p, 6, false, 401));
    g_assert_true(ra_method_pace_key(p, 6, true, 401));
    ra_method_pace_answered(p, 402);
    ra_method_pace_expire(p, 402 + RA_METHOD_PACE_GAP_MS);
    expect("+6");
    // No more than so many.
    g_string_truncate(given, 0);
    for (guint i = 0; i < RA_METHOD_PACE_MAX; i++)
        g_assert_true(ra_method_pace_key(p, i % 10, true, 440));
    expect("");
    g_assert_false(ra_method_pace_key(p, 7, true, 440));
    g_assert_cmpuint(given->len, ==, 2 * RA_METHOD_PACE_MAX);
    ra_method_pace_free(p);
}

static void
expect_printed(GVariant *floating, const char *expected)
{
    g_autoptr(GVariant) value = g_variant_ref_sink(floating);
    g_autofree char *printed = g_variant_print(value, TRUE);

    g_assert_cmpstr(printed, ==, expected);
}

static void
test_text(void)
{
    // As ibus_serializable_serialize(ibus_text_new_from_string("việt")) prints.
    expect_printed(ra_ibus_text("việt"),
                   "('IBusText', @a{sv} {}, 'việt', <('IBusAttrList', @a{sv} {}, @av [])>)");
}

static void
test_preedit(void)
{
    ChanWindowPreedit p = {.count = 4,
                           .characters = {{0x1d6a4, 2}, {'b', 2 | 1 << 8}, {'c', 0}, {'d', 1}}};

    expect_printed(ra_ibus_preedit(&p),
                   "('IBusText', @a{sv} {}, '\U0001d6a4bcd', <('IBusAttrList', @a{sv} {}, "
                   "[<('IBusAttribute', @a{sv} {}, uint32 1, uint32 1, uint32 0, uint32 2)>, "
                   "<('IBusAttribute', @a{sv} {}, uint32 2, uint32 16777215, uint32 3, uint32 4)>, "
                   "<('IBusAttribute', @a{sv} {}, uint32 3, uint32 0, uint32 3, uint32 4)>])>)");
    p.count = CHAN_WINDOW_PREEDIT_MAX;
    for (guint i = 0; i < p.count; i++)
        p.characters[i] = (ChanWindowPreeditCharacter){0x10ffff, i};
    g_autoptr(GVariant) longest = g_variant_ref_sink(ra_ibus_preedit(&p));
    g_assert_true(g_variant_is_normal_form(longest));
}

static void
test_keys(void)
{
    g_assert_cmpuint(ra_ibus_character('a'), ==, 'a');
    g_assert_cmpuint(ra_ibus_character(0xe9), ==, 0xe9);
    g_assert_cmpuint(ra_ibus_character(0x10020ac), ==, 0x20ac);
    g_assert_cmpuint(ra_ibus_character(0x101d6a4), ==, 0x1d6a4);
    g_assert_cmpuint(ra_ibus_character(0x7f), ==, 0);
    g_assert_cmpuint(ra_ibus_character(0xff0d), ==, 0);    // Return
    g_assert_cmpuint(ra_ibus_character(0xfe51), ==, 0);    // dead_acute
    g_assert_cmpuint(ra_ibus_character(0x100d800), ==, 0); // no character
    g_assert_cmpuint(ra_ibus_character(0x1110000), ==, 0);
    g_assert_cmpuint(ra_ibus_character(0x1000008), ==, 0);
    g_assert_false(ra_ibus_is_command(1 | 2 | 1 << 4)); // shift and locks
    g_assert_true(ra_ibus_is_command(4));
    g_assert_true(ra_ibus_is_command(8));
    g_assert_true(ra_ibus_is_press(0x3fffffff));
    g_assert_false(ra_ibus_is_press(1u << 30));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    given = g_string_new(NULL);
    g_test_add_func("/method/order/at-once", test_at_once);
    g_test_add_func("/method/order/behind-its-keys", test_behind_its_keys);
    g_test_add_func("/method/order/keys-that-went-elsewhere", test_keys_that_went_elsewhere);
    g_test_add_func("/method/order/limit", test_limit);
    g_test_add_func("/method/order/any-course", test_any_course);
    g_test_add_func("/method/pace", test_pace);
    g_test_add_func("/method/ibus/text", test_text);
    g_test_add_func("/method/ibus/preedit", test_preedit);
    g_test_add_func("/method/ibus/keys", test_keys);
    int status = g_test_run();
    g_string_free(given, TRUE);
    return status;
}
