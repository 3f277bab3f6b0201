// SPDX-License-Identifier: Apache-2.0

// PDUs of the RAIL and sound channels as casement-remoteapp reads and writes them.

#include "guestagent/remoteapp/rail_pdu.h"
#include "guestagent/remoteapp/sound_pdu.h"

#include <glib.h>
#include <string.h>

// An exec of "||a" in "d" with arguments "x y" ([MS-RDPERP] 2.2.2.3.1).
static const guint8 exec_pdu[] = {
    0x01, 0x00, 0x1C, 0x00, 0x08, 0x00, 0x06, 0x00, 0x02, 0x00, 0x06, 0x00, '|',
    0,    '|',  0,    'a',  0,    'd',  0,    'x',  0,    ' ',  0,    'y',  0,
};

// Every prefix of a PDU must be refused; from exact-size copies, so that a sanitizer sees overruns.
static void
check_prefixes(const guint8 *pdu, gsize size)
{
    for (gsize n = 0; n < size; n++) {
        g_autofree guint8 *copy = g_memdup2(pdu, n);
        RaRailMessage m;
        g_assert_false(ra_rail_read(CHAN_SPAN(copy, n), &m));
    }
}

static void
test_exec(void)
{
    guint8 pdu[sizeof exec_pdu];
    memcpy(pdu, exec_pdu, sizeof pdu);
    pdu[2] = sizeof pdu;
    RaRailMessage m;
    g_assert_true(ra_rail_read(CHAN_SPAN(pdu, sizeof pdu), &m));
    g_assert_cmpuint(m.type, ==, RA_RAIL_EXEC);
    g_assert_cmpuint(m.flags, ==, 8);
    g_assert_cmpmem(m.untrusted_program.data, m.untrusted_program.size, "|\0|\0a\0", 6);
    g_assert_cmpmem(m.untrusted_directory.data, m.untrusted_directory.size, "d\0", 2);
    g_assert_cmpmem(m.untrusted_arguments.data, m.untrusted_arguments.size, "x\0 \0y\0", 6);
    check_prefixes(pdu, sizeof pdu);
    // A length that leaves out the header is tolerated, one beyond the message is not.
    pdu[2] = sizeof pdu - 4;
    g_assert_true(ra_rail_read(CHAN_SPAN(pdu, sizeof pdu), &m));
    pdu[2] = sizeof pdu + 1;
    g_assert_false(ra_rail_read(CHAN_SPAN(pdu, sizeof pdu), &m));
    // Strings that lie about their lengths.
    pdu[2] = sizeof pdu;
    pdu[6] = 0xFE;
    pdu[7] = 0xFF;
    g_assert_false(ra_rail_read(CHAN_SPAN(pdu, sizeof pdu), &m));
}

static void
test_window_requests(void)
{
    static const guint8 move[] = {0x08, 0,    16, 0, 0x44, 0x33, 0x22, 0x11,
                                  0xFE, 0xFF, 10, 0, 0x20, 3,    0x58, 2};
    RaRailMessage m;
    g_assert_true(ra_rail_read(CHAN_SPAN(move, sizeof move), &m));
    g_assert_cmphex(m.window_id, ==, 0x11223344);
    g_assert_cmpint(m.rect.left, ==, -2);
    g_assert_cmpint(m.rect.top, ==, 10);
    g_assert_cmpint(m.rect.right, ==, 800);
    g_assert_cmpint(m.rect.bottom, ==, 600);
    check_prefixes(move, sizeof move);
    static const guint8 command[] = {0x04, 0, 10, 0, 1, 0, 0, 0, 0x60, 0xF0};
    g_assert_true(ra_rail_read(CHAN_SPAN(command, sizeof command), &m));
    g_assert_cmphex(m.value, ==, 0xF060);
    check_prefixes(command, sizeof command);
    static const guint8 notify[] = {0x06, 0, 16, 0, 7, 0, 0, 0, 1, 0, 0x5E, 0xCA, 1, 0, 0, 0};
    g_assert_true(ra_rail_read(CHAN_SPAN(notify, sizeof notify), &m));
    g_assert_cmpuint(m.window_id, ==, 7);
    g_assert_cmphex(m.flags, ==, 0xCA5E0001);
    g_assert_cmpuint(m.value, ==, 1);
    check_prefixes(notify, sizeof notify);
    static const guint8 area[] = {0x03, 0, 16, 0, 0x2F, 0, 0, 0, 0, 0, 24, 0, 0x80, 7, 0x20, 4};
    g_assert_true(ra_rail_read(CHAN_SPAN(area, sizeof area), &m));
    g_assert_true(m.has_rect);
    g_assert_cmpint(m.rect.right, ==, 1920);
    check_prefixes(area, sizeof area);
    static const guint8 unknown[] = {0x77, 0x77, 4, 0};
    g_assert_true(ra_rail_read(CHAN_SPAN(unknown, sizeof unknown), &m));
    g_assert_cmphex(m.type, ==, 0x7777);
}

static void
test_server_rail(void)
{
    guint8 pdu[RA_RAIL_PDU_MAX];
    gsize size = ra_rail_write_handshake_ex(pdu, 0xCA5E, 3);
    g_assert_cmpmem(pdu, size, "\x13\0\x0c\0\x5e\xca\0\0\3\0\0\0", 12);
    RaRailMoveSize move = {.window_id = 2, .start = true, .kind = 9, .x = -1, .y = 5};
    size = ra_rail_write_move_size(pdu, &move);
    g_assert_cmpmem(pdu, size, "\x09\0\x10\0\2\0\0\0\1\0\x09\0\xff\xff\5\0", 16);
    RaRailMinMax info = {.window_id = 2, .max_width = 1, .max_track_height = 258};
    size = ra_rail_write_min_max(pdu, &info);
    g_assert_cmpuint(size, ==, 24);
    g_assert_cmpuint(pdu[22] | pdu[23] << 8, ==, 258);
    size = ra_rail_write_exec_result(pdu, 8, 5, 1, CHAN_SPAN("x\0", 2));
    g_assert_cmpmem(pdu, size, "\x80\0\x12\0\x08\0\5\0\1\0\0\0\0\0\2\0x\0", 18);
    size = ra_rail_write_app_id(pdu, 2, "xterm");
    g_assert_cmpuint(size, ==, 4 + 4 + 520);
    g_assert_cmpmem(pdu + 8, 12, "x\0t\0e\0r\0m\0\0", 12);
    // A name that is too long is cut, and ends all the same.
    g_autofree char *name = g_strnfill(600, 'n');
    size = ra_rail_write_app_id_ex(pdu, 2, name, 0x01020304, "/bin/x");
    g_assert_cmpuint(size, ==, 4 + 4 + 520 + 4 + 520);
    g_assert_cmpuint(pdu[8 + 516], ==, 'n');
    g_assert_cmpuint(pdu[8 + 518] | pdu[8 + 519], ==, 0);
    g_assert_cmpuint(pdu[8 + 520], ==, 4);
}

static const guint8 client_formats[] = {
    7,
    0,
    62,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    2,
    0,
    0,
    8,
    0,
    0,
    // ADPCM with four bytes of its own, then ours
    2,
    0,
    2,
    0,
    0x80,
    0xBB,
    0,
    0,
    0,
    0,
    0,
    0,
    4,
    0,
    4,
    0,
    4,
    0,
    9,
    9,
    9,
    9,
    1,
    0,
    2,
    0,
    0x80,
    0xBB,
    0,
    0,
    0,
    0xEE,
    2,
    0,
    4,
    0,
    16,
    0,
    0,
    0,
};

static void
test_sound(void)
{
    guint8 pdu[RA_SOUND_FORMATS_SIZE];
    gsize size = ra_sound_write_formats(pdu);
    g_assert_cmpuint(size, ==, RA_SOUND_FORMATS_SIZE);
    g_assert_cmpuint(pdu[2] | pdu[3] << 8, ==, size - 4);
    RaSoundMessage m;
    g_assert_true(ra_sound_read(CHAN_SPAN(client_formats, sizeof client_formats), &m));
    g_assert_cmpuint(m.version, ==, 8);
    g_assert_cmpint(m.format, ==, 1);
    g_assert_false(m.any_length);
    for (gsize n = 0; n < sizeof client_formats; n++) {
        g_autofree guint8 *copy = g_memdup2(client_formats, n);
        g_assert_false(ra_sound_read(CHAN_SPAN(copy, n), &m));
    }
    static const guint8 confirm[] = {5, 0, 4, 0, 1, 2, 77, 0};
    g_assert_true(ra_sound_read(CHAN_SPAN(confirm, sizeof confirm), &m));
    g_assert_cmpuint(m.block, ==, 77);
    RaSoundWave wave = {.format = 1, .block = 3, .time_ms = 0x01020304};
    size = ra_sound_write_wave2(pdu, &wave, 1920);
    g_assert_cmpmem(pdu, size, "\x0d\0\x8c\x07\4\3\1\0\3\0\0\0\4\3\2\1", 16);
    size = ra_sound_write_wave_info(pdu, &wave, (const guint8 *)"abcdefgh", 8);
    g_assert_cmpmem(pdu, size, "\2\0\x10\0\4\3\1\0\3\0\0\0abcd", 16);
}

// A client that has both of ours, in either order: the one whose blocks may be of any length. One
// whose extension is another is not ours.
static void
test_sound_any_length(void)
{
    guint8 ours[RA_SOUND_FORMATS_SIZE];
    RaSoundMessage m;
    g_assert_cmpuint(ra_sound_write_formats(ours), ==, sizeof ours);
    g_assert_true(ra_sound_read(CHAN_SPAN(ours, sizeof ours), &m));
    g_assert_cmpint(m.format, ==, 0);
    g_assert_true(m.any_length);

    guint8 turned[sizeof ours];
    memcpy(turned, ours, sizeof ours);
    memcpy(turned + 24, ours + 24 + 40, 18);
    memcpy(turned + 24 + 18, ours + 24, 40);
    g_assert_true(ra_sound_read(CHAN_SPAN(turned, sizeof turned), &m));
    g_assert_cmpint(m.format, ==, 1);
    g_assert_true(m.any_length);

    ours[24 + 18 + 6] = 3; // floating point
    g_assert_true(ra_sound_read(CHAN_SPAN(ours, sizeof ours), &m));
    g_assert_cmpint(m.format, ==, 1);
    g_assert_false(m.any_length);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remoteapp/rail/exec", test_exec);
    g_test_add_func("/remoteapp/rail/window-requests", test_window_requests);
    g_test_add_func("/remoteapp/rail/server", test_server_rail);
    g_test_add_func("/remoteapp/sound", test_sound);
    g_test_add_func("/remoteapp/sound/any-length", test_sound_any_length);
    return g_test_run();
}
