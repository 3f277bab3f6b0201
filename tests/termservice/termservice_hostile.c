// SPDX-License-Identifier: Apache-2.0

// A hostile Windows on the wire: window orders and RAIL PDUs cut short, with lengths that lie, and
// with every field at its limits, through the library's own parsers. casement-session either goes
// on (a window that comes next is told of) or ends by itself, in words; and whatever it tells a
// view until then passes the view's check (session_harness.c).
//
// CASEMENT_HOSTILE_ROUNDS and CASEMENT_HOSTILE_SEED: how many, and which.

#include "tests/termservice/raw_rig.h"

#include <string.h>
#include <sys/wait.h>

#define ROUNDS 100
#define SESSION_ROUNDS 40 // windows that were made by chance fill the list

typedef struct {
    const char *command, *hex;
} Base;

static GRand *dice;

static const Base bases[] = {
    {"order", RAW_NEW_WINDOW("52000200")},
    {"order", RAW_NEW_WINDOW("53000200")},
    // Existing window: owner, styles, show state and title of one that is there.
    {"order", "2e22001e000001520002000000000000"
              "00cf14000100000508004e006f0074006500"},
    // Window icons, of 32 and of 8 bits with a palette, and one from the cache.
    {"order", "2e1f00000000415200020000000020010001000400040000000000"
              "11223344"},
    {"order", "2e2500000000415200020001000008010001000400040004000000"
              "00001122330001000000"},
    {"order", "2e0e000000008152000200000000"},
    // Notification icon with tip, info tip and icon; its end.
    {"order", "2e1d000d0000125200020002000000040000000400480069000000"
              "0000"},
    {"order", "2e0f0000000022520002000200"
              "0000"},
    // Desktop: stacking and active window; not monitored; a window's end.
    {"order", "2e14003000000452000200025200020053000200"},
    {"order", "2e070001000004"},
    {"order", "2e0b000000002153000200"},
    // RAIL: handshakes, exec result, limits, move, application ids, markers, cloaking.
    {"pdu", "05000800b01d0000"},
    {"pdu", "13000c00654a000003000000"},
    {"pdu", "800024000800030015000000000014007c007c00570072006f006e0067004100700070"
            "00"},
    {"pdu", "0a0018005200020008 04d6020000000070001b000c040c03"},
    {"pdu", "0900100052000200010009007e010a00"},
    {"pdu", "0900100052000200000009007e010a00"},
    {"pdu", "030009007700000000"},
    {"pdu", "1400080052000200"},
    {"pdu", "150009005200020001"},
    {"pdu", "1600080001000000"},
};

static GByteArray *
bytes_of(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    int high = -1;

    for (; *hex; hex++) {
        int digit = g_ascii_xdigit_value(*hex);
        if (digit < 0)
            continue;
        guint8 byte = high < 0 ? 0 : (guint8)(high << 4 | digit);
        if (high >= 0)
            g_byte_array_append(bytes, &byte, 1);
        high = high >= 0 ? -1 : digit;
    }
    return bytes;
}

static void
set_size(GByteArray *b, gsize at, guint size)
{
    if (b->len < at + 2)
        return;
    b->data[at] = (guint8)size;
    b->data[at + 1] = (guint8)(size >> 8);
}

// One to three changes, and mostly a size that is true again.
static void
change(GByteArray *b, gboolean is_order)
{
    static const guint32 edges[] = {0,      1,          0x7f,       0xff,       0x7fff,
                                    0x8000, 0xffff,     0x10000,    0x7fffffff, 0x4000,
                                    0x4001, 0xffff8300, 0x80000000, 0xffffffff, 0x01000000,
                                    0x4141, 0x00d800d8};
    gsize header = is_order ? 3 : 4, size_at = is_order ? 1 : 2;

    for (int n = g_rand_int_range(dice, 1, 4); n > 0 && b->len > header; n--) {
        guint at = (guint)g_rand_int_range(dice, (gint32)header, (gint32)b->len);
        guint32 value = edges[g_rand_int_range(dice, 0, G_N_ELEMENTS(edges))];
        guint size = (const guint[]){1, 2, 4, 4}[g_rand_int_range(dice, 0, 4)];
        int what = g_rand_int_range(dice, 0, 6);
        if (what == 0)
            g_byte_array_set_size(b, at);
        for (guint i = 0; what > 1 && i < size && at + i < b->len; i++)
            b->data[at + i] = (guint8)(value >> 8 * i);
        if (what == 1) {
            guint8 more[64];
            memset(more, (int)value, sizeof more);
            g_byte_array_append(b, more, size * 16);
        }
    }
    if (g_rand_int_range(dice, 0, 8) != 0)
        set_size(b, size_at, b->len);
    else
        set_size(b, size_at, edges[g_rand_int_range(dice, 0, G_N_ELEMENTS(edges))]);
}

static char *
hex_of(const GByteArray *b)
{
    GString *hex = g_string_new(NULL);

    for (guint i = 0; i < b->len; i++)
        g_string_append_printf(hex, "%02x", b->data[i]);
    return g_string_free(hex, FALSE);
}

// The double has done this many commands, or found that its client is gone.
static void
wait_for_commands(RawRig *r, guint count)
{
    while (count > 0) {
        g_autofree char *line = raw_rig_expect(r, "");
        count -= g_str_has_prefix(line, "done ") || g_str_has_prefix(line, "unknown ");
    }
}

static gboolean
is_told_or_over(Harness *h, gpointer user)
{
    return h->fatal || h->control < 0 || harness_window(h, *(guint32 *)user);
}

// FALSE: the session has ended, as it should.
static gboolean
survives(RawRig *r, guint32 marker)
{
    g_autofree char *id = g_strdup_printf("%02x%02x%02x%02x", marker & 0xff, marker >> 8 & 0xff,
                                          marker >> 16 & 0xff, marker >> 24);
    g_autofree char *order = g_strconcat(RAW_NEW_WINDOW(""), NULL);
    g_autoptr(GString) whole = g_string_new(order);

    g_string_insert(whole, 14, id); // after header and flags
    raw_rig_tell(r, "order", whole->str);
    wait_for_commands(r, 2);
    harness_wait(r->h, is_told_or_over, &marker, RAW_PATIENCE_S, "the next window, or an end");
    if (harness_window(r->h, marker))
        return TRUE;
    int status = harness_wait_exit(r->h, RAW_PATIENCE_S);
    g_assert_true(WIFEXITED(status)); // no signal: neither a crash nor the sandbox
    g_assert_cmpuint(r->h->notices->len, >, 0);
    return FALSE;
}

static guint
number(const char *variable, guint otherwise)
{
    const char *text = g_getenv(variable);

    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : otherwise;
}

static void
test_hostile(void)
{
    RawRig r;
    guint rounds = number("CASEMENT_HOSTILE_ROUNDS", ROUNDS), ends = 0, age = 0;

    dice = g_rand_new_with_seed(number("CASEMENT_HOSTILE_SEED", 1));
    raw_rig_init(&r);
    for (guint i = 0; i < rounds; i++) {
        const Base *base = &bases[g_rand_int_range(dice, 0, G_N_ELEMENTS(bases))];
        g_autoptr(GByteArray) bytes = bytes_of(base->hex);
        if (age == 0)
            raw_rig_connect(&r);
        if (age == 0)
            wait_for_commands(&r, 1); // the handshake
        change(bytes, base->command[0] == 'o');
        g_autofree char *hex = hex_of(bytes);
        g_test_message("round %u: %s %s", i, base->command, hex);
        raw_rig_tell(&r, base->command, hex);
        age++;
        if (survives(&r, 0x600000 + i) && age < SESSION_ROUNDS)
            continue;
        ends += age < SESSION_ROUNDS;
        age = 0;
    }
    g_test_message("%u rounds, %u ended the session", rounds, ends);
    raw_rig_clear(&r);
    g_rand_free(dice);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rdperp/hostile", test_hostile);
    return g_test_run();
}
