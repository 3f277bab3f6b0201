// SPDX-License-Identifier: Apache-2.0

// What the service takes from the helper in a session, which anybody there may have replaced: words
// in pieces of any size, entries at and past each limit, and each word at its wrong time.

#include "guestagent/win32/helper_talk.h"

#include <glib.h>
#include <string.h>

static guint8 buffer[2 * WIN_WORD_MAX], word_bytes[2 * WIN_WORD_MAX];
static WinHeard heard;

static WinHelperEntry
entry(const char *id)
{
    return (WinHelperEntry){.app = {.id = CHAN_SPAN_TEXT(id),
                                    .name = CHAN_SPAN_TEXT("Notes"),
                                    .program = CHAN_SPAN_TEXT("C:\\notes.exe"),
                                    .flags = CHAN_APP_FOREMOST},
                            .target = CHAN_SPAN_TEXT("C:\\notes.exe"),
                            .arguments = CHAN_SPAN_TEXT("/a"),
                            .icon = CHAN_SPAN_TEXT("C:\\notes.ico"),
                            .icon_index = -3};
}

static bool
hear(WinTalk *t, WinWordKind kind, const void *payload, gsize size)
{
    WinWord word = {(guint8)kind, CHAN_SPAN(payload, size)};

    return win_talk_hear(t, &word, &heard);
}

static bool
hear_entry(WinTalk *t, const WinHelperEntry *e)
{
    ChanSpan payload = win_entry_encode(e, buffer, sizeof buffer);

    g_assert_cmpuint(payload.size, >, 0);
    return hear(t, WIN_WORD_ENTRY, payload.data, payload.size);
}

static bool
hear_id(WinTalk *t, const char *id)
{
    WinHelperEntry e = entry(id);

    return hear_entry(t, &e);
}

// ---- words

static void
test_words_in_pieces(void)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    const char *payloads[] = {"", "a", "some words"};

    for (guint i = 0; i < G_N_ELEMENTS(payloads); i++) {
        ChanSpan word = win_word_encode(WIN_WORD_BEGIN + i, CHAN_SPAN_TEXT(payloads[i]), word_bytes,
                                        sizeof word_bytes);
        g_byte_array_append(all, word.data, (guint)word.size);
    }
    for (guint size = 1; size <= all->len; size++) {
        WinWords words = {0};
        WinWord word;
        guint n = 0;
        for (guint at = 0; at < all->len; at += size) {
            ChanSpan piece = CHAN_SPAN(all->data + at, MIN(size, all->len - at));
            while (win_words_next(&words, &piece, &word) == WIN_WORDS_ONE) {
                g_assert_cmpuint(word.kind, ==, WIN_WORD_BEGIN + n);
                g_assert_cmpmem(word.untrusted_payload.data, word.untrusted_payload.size,
                                payloads[n], strlen(payloads[n]));
                n++;
            }
            g_assert_cmpuint(piece.size, ==, 0);
        }
        g_assert_cmpuint(n, ==, G_N_ELEMENTS(payloads));
        win_words_clear(&words);
    }
}

static WinWordsState
state_of_size(guint32 size)
{
    guint32 le = GUINT32_TO_LE(size);
    WinWords words = {0};
    ChanSpan piece = CHAN_SPAN(&le, sizeof le);
    WinWord word;
    WinWordsState state = win_words_next(&words, &piece, &word);

    win_words_clear(&words);
    return state;
}

static void
test_sizes_of_words(void)
{
    g_assert_cmpint(state_of_size(0), ==, WIN_WORDS_BAD);
    g_assert_cmpint(state_of_size(1), ==, WIN_WORDS_MORE);
    g_assert_cmpint(state_of_size(WIN_WORD_MAX), ==, WIN_WORDS_MORE);
    g_assert_cmpint(state_of_size(WIN_WORD_MAX + 1), ==, WIN_WORDS_BAD);
    g_assert_cmpint(state_of_size(G_MAXUINT32), ==, WIN_WORDS_BAD);
    ChanSpan most = CHAN_SPAN(buffer, WIN_WORD_MAX - 1);
    g_assert_cmpuint(win_word_encode(1, most, word_bytes, sizeof word_bytes).size, ==,
                     WIN_WORD_MAX + 4);
    most.size++;
    g_assert_cmpuint(win_word_encode(1, most, word_bytes, sizeof word_bytes).size, ==, 0);
}

// ---- entries

static bool
is_taken(const WinHelperEntry *e)
{
    ChanSpan payload = win_entry_encode(e, buffer, sizeof buffer);
    WinHelperEntry *again = g_new0(WinHelperEntry, 1);
    bool taken = payload.size > 0 && win_entry_decode(again, payload);

    g_free(again);
    return taken;
}

static void
test_entry(void)
{
    WinHelperEntry e = entry("notes-0123abcd");
    ChanSpan payload = win_entry_encode(&e, buffer, sizeof buffer);
    WinHelperEntry *again = g_new0(WinHelperEntry, 1);

    g_assert_true(win_entry_decode(again, payload));
    g_assert_cmpmem(again->app.id.data, again->app.id.size, "notes-0123abcd", 14);
    g_assert_cmpmem(again->target.data, again->target.size, "C:\\notes.exe", 12);
    g_assert_cmpmem(again->arguments.data, again->arguments.size, "/a", 2);
    g_assert_cmpmem(again->icon.data, again->icon.size, "C:\\notes.ico", 12);
    g_assert_cmpint(again->icon_index, ==, -3);
    // No beginning of it is one, from memory of exactly that size; nor is one with more after it.
    for (gsize size = 0; size < payload.size; size++) {
        g_autofree guint8 *part = g_memdup2(payload.data, size);
        g_assert_false(win_entry_decode(again, CHAN_SPAN(part, size)));
    }
    buffer[payload.size] = 0;
    g_assert_false(win_entry_decode(again, CHAN_SPAN(buffer, payload.size + 1)));
    g_free(again);
}

static void
test_ids(void)
{
    static const char *const good[] = {"a", "0", "notes-0123abcd", "a-b-c", "--"};
    static const char *const bad[] = {"",    "-a",  "a-",  "A",      "a\\b",
                                      "a/b", "a b", "a.b", "..\\..", "a\xc3\xa4"};
    char id[WIN_ID_MAX + 1] = "";

    for (guint i = 0; i + 1 < G_N_ELEMENTS(good); i++)
        g_assert_true(win_id_valid(CHAN_SPAN_TEXT(good[i])));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(win_id_valid(CHAN_SPAN_TEXT(bad[i])));
    g_assert_false(win_id_valid(CHAN_SPAN("a\0b", 3)));
    memset(id, 'a', WIN_ID_MAX);
    g_assert_false(win_id_valid(CHAN_SPAN(id, WIN_ID_MAX)));
    g_assert_true(win_id_valid(CHAN_SPAN(id, WIN_ID_MAX - 1)));
}

// Each that a Windows has not, or that has an end in its middle.
static void
test_entries_past_limits(void)
{
    static const char nul[] = "a\0b";
    g_autofree char *text = g_strnfill(WIN_ENTRY_TEXT_MAX + 1, 'x');
    const ChanSpan with_nul = CHAN_SPAN(nul, 3);
    WinHelperEntry e = entry("notes");

    g_assert_true(is_taken(&e));
    ChanSpan *texts[] = {&e.target,      &e.arguments,     &e.icon,
                         &e.app.name,    &e.app.comment,   &e.app.wm_class,
                         &e.app.program, &e.app.directory, &e.app.folder};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        ChanSpan was = *texts[i];
        *texts[i] = with_nul;
        g_assert_false(is_taken(&e));
        *texts[i] = was;
    }
    for (guint i = 0; i < 3; i++) {
        ChanSpan was = *texts[i];
        *texts[i] = CHAN_SPAN(text, WIN_ENTRY_TEXT_MAX);
        g_assert_true(is_taken(&e));
        *texts[i] = CHAN_SPAN(text, WIN_ENTRY_TEXT_MAX + 1);
        g_assert_false(is_taken(&e));
        *texts[i] = was;
    }
    guint16 *lists[] = {&e.app.n_categories, &e.app.n_keywords, &e.app.n_actions};
    e.app.actions[0] = (ChanAction){CHAN_SPAN_TEXT("new"), CHAN_SPAN_TEXT("New")};
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        *lists[i] = 1;
        g_assert_false(is_taken(&e));
        *lists[i] = 0;
    }
    e.app.n_mime_types = 1;
    e.app.mime_types[0] = with_nul;
    g_assert_false(is_taken(&e));
    e.app.mime_types[0] = CHAN_SPAN_TEXT("text/plain");
    g_assert_true(is_taken(&e));
    e.app.flags = CHAN_APP_TERMINAL;
    g_assert_false(is_taken(&e));
    e.app.flags = 0;
    e.app.id = CHAN_SPAN_TEXT("up\\and-away");
    g_assert_false(is_taken(&e));
}

// ---- the talk

static void
test_order_of_a_list(void)
{
    WinTalk t = {0};

    g_assert_false(hear_id(&t, "before"));
    g_assert_false(hear(&t, WIN_WORD_END, NULL, 0));
    g_assert_false(hear(&t, WIN_WORD_BEGIN, "x", 1));
    g_assert_true(hear(&t, WIN_WORD_BEGIN, NULL, 0));
    g_assert_false(hear(&t, WIN_WORD_BEGIN, NULL, 0));
    g_assert_true(hear_id(&t, "one"));
    g_assert_cmpint(heard.kind, ==, WIN_WORD_ENTRY);
    g_assert_false(hear_id(&t, "one")); // twice
    g_assert_true(hear_id(&t, "two"));
    g_assert_true(hear(&t, WIN_WORD_END, NULL, 0));
    // What is of the list may be another now.
    g_assert_true(hear_id(&t, "two"));
    g_assert_true(hear_id(&t, "one"));
    g_assert_false(hear_id(&t, "three"));
    g_assert_false(hear_id(&t, "on"));
    // The next list has nothing of it, unless it says so.
    g_assert_true(hear(&t, WIN_WORD_BEGIN, NULL, 0));
    g_assert_true(hear_id(&t, "three"));
    g_assert_true(hear(&t, WIN_WORD_END, NULL, 0));
    g_assert_false(hear_id(&t, "one"));
    // What only the service says, and what nobody does.
    g_assert_false(hear(&t, WIN_WORD_LIST, NULL, 0));
    g_assert_false(hear(&t, WIN_WORD_WANT, buffer, CHAN_ICON_HASH_SIZE));
    g_assert_false(hear(&t, 0, NULL, 0));
    g_assert_false(hear(&t, 255, NULL, 0));
    win_talk_restart(&t);
    g_assert_false(hear_id(&t, "three"));
    win_talk_clear(&t);
}

static void
test_entries_of_a_list(void)
{
    WinTalk t = {0};

    g_assert_true(hear(&t, WIN_WORD_BEGIN, NULL, 0));
    for (guint i = 0; i < WIN_ENTRIES_MAX; i++) {
        g_autofree char *id = g_strdup_printf("id-%u", i);
        g_assert_true(hear_id(&t, id));
    }
    g_assert_false(hear_id(&t, "one-more"));
    win_talk_clear(&t);
}

static void
test_bytes_of_a_list(void)
{
    g_autofree char *text = g_strnfill(WIN_ENTRY_TEXT_MAX, 'x');
    WinHelperEntry e = entry("big");
    WinTalk t = {0};
    gsize bytes = 0, size = 0;

    e.target = e.arguments = e.icon = CHAN_SPAN(text, WIN_ENTRY_TEXT_MAX);
    for (guint i = 0; i < CHAN_LIST_MAX; i++)
        e.app.mime_types[i] = CHAN_SPAN(text, CHAN_LIST_ENTRY_MAX);
    e.app.n_mime_types = CHAN_LIST_MAX;
    g_assert_true(hear(&t, WIN_WORD_BEGIN, NULL, 0));
    for (guint i = 0;; i++) {
        g_autofree char *id = g_strdup_printf("id-%04u", i);
        e.app.id = CHAN_SPAN_TEXT(id);
        size = win_entry_encode(&e, buffer, sizeof buffer).size;
        if (bytes + size > WIN_LIST_BYTES_MAX)
            break;
        g_assert_true(hear_entry(&t, &e));
        bytes += size;
    }
    e.app.id = CHAN_SPAN_TEXT("id-over");
    g_assert_false(hear_entry(&t, &e));
    win_talk_clear(&t);
    // Nor do the changes of one small list have no end.
    bytes = 0;
    g_assert_true(hear(&t, WIN_WORD_BEGIN, NULL, 0));
    e.app.id = CHAN_SPAN_TEXT("id");
    g_assert_true(hear_entry(&t, &e));
    g_assert_true(hear(&t, WIN_WORD_END, NULL, 0));
    guint changes = 0;
    while (hear_entry(&t, &e))
        g_assert_cmpuint(++changes, <=, 2 * WIN_LIST_BYTES_MAX / size);
    win_talk_clear(&t);
}

static bool
hear_icon(WinTalk *t, guint8 which, guint16 side)
{
    static guint8 pixels[CHAN_ICON_SIDE_MAX * CHAN_ICON_SIDE_MAX * 4];
    ChanIcon icon = {.width = side, .height = side, .pixels = {pixels, (gsize)side * side * 4}};

    memset(icon.hash, which, sizeof icon.hash);
    ChanSpan payload = chan_icon_encode(&icon, buffer, sizeof buffer);
    return hear(t, WIN_WORD_ICON, payload.data, payload.size);
}

static bool
hear_no_icon(WinTalk *t, guint8 which)
{
    guint8 hash[CHAN_ICON_HASH_SIZE];

    memset(hash, which, sizeof hash);
    return hear(t, WIN_WORD_NO_ICON, hash, sizeof hash);
}

static void
want(WinTalk *t, guint8 which)
{
    guint8 hash[CHAN_ICON_HASH_SIZE];

    memset(hash, which, sizeof hash);
    win_talk_want(t, hash);
}

static guint
ask(WinTalk *t, gsize capacity)
{
    return (guint)win_talk_ask(t, word_bytes, capacity).size /
           (WIN_WORD_HEAD + CHAN_ICON_HASH_SIZE);
}

// An icon is the answer to the question whose turn it is, and nothing else.
static void
test_icons(void)
{
    const gsize of_two = 2 * (WIN_WORD_HEAD + CHAN_ICON_HASH_SIZE);
    WinTalk t = {0};

    g_assert_false(hear_icon(&t, 1, 16));
    for (guint8 i = 1; i <= 4; i++)
        want(&t, i);
    g_assert_false(hear_icon(&t, 1, 16)); // not asked for yet
    g_assert_cmpuint(ask(&t, of_two + 1), ==, 2);
    g_assert_cmpint(word_bytes[4], ==, WIN_WORD_WANT);
    g_assert_false(hear_icon(&t, 2, 16)); // not its turn
    g_assert_true(hear_icon(&t, 1, CHAN_ICON_SIDE_MAX));
    g_assert_true(heard.wanted);
    g_assert_false(hear_icon(&t, 1, 16));
    g_assert_true(hear_no_icon(&t, 2));
    g_assert_false(hear_icon(&t, 3, 16));
    g_assert_cmpuint(ask(&t, sizeof word_bytes), ==, 2);
    g_assert_cmpuint(ask(&t, sizeof word_bytes), ==, 0);
    g_assert_true(hear_icon(&t, 3, 16));
    // Another host: the answer that is under way is nobody's, its own comes after.
    win_talk_forget(&t);
    want(&t, 5);
    g_assert_cmpuint(ask(&t, sizeof word_bytes), ==, 1);
    g_assert_true(hear_icon(&t, 4, 16));
    g_assert_false(heard.wanted);
    // Another helper is asked for what the former did not answer.
    win_talk_restart(&t);
    g_assert_false(hear_icon(&t, 5, 16));
    g_assert_cmpuint(ask(&t, sizeof word_bytes), ==, 1);
    g_assert_true(hear_icon(&t, 5, 16));
    g_assert_true(heard.wanted);
    // A picture of another size than it says.
    want(&t, 6);
    ask(&t, sizeof word_bytes);
    memset(buffer, 6, CHAN_ICON_HASH_SIZE + 4);
    g_assert_false(hear(&t, WIN_WORD_ICON, buffer, CHAN_ICON_HASH_SIZE + 4));
    win_talk_clear(&t);
}

static void
test_wants_without_end(void)
{
    const guint left = 7, more = 100;
    WinTalk t = {0};
    guint asked = 0, n;

    for (guint i = 0; i < WIN_WANTS_MAX + 10; i++)
        want(&t, (guint8)i);
    g_assert_cmpuint(t.wanted, ==, WIN_WANTS_MAX);
    while ((n = ask(&t, sizeof word_bytes)) > 0)
        asked += n;
    g_assert_cmpuint(asked, ==, WIN_WANTS_MAX);
    for (guint i = 0; i < WIN_WANTS_MAX - left; i++)
        g_assert_true(hear_no_icon(&t, (guint8)i));
    // Round the end, and still in order.
    for (guint i = WIN_WANTS_MAX; i < WIN_WANTS_MAX + more; i++)
        want(&t, (guint8)i);
    g_assert_cmpuint(ask(&t, sizeof word_bytes), ==, more);
    for (guint i = 0; i < left + more; i++)
        g_assert_true(hear_no_icon(&t, (guint8)(WIN_WANTS_MAX - left + i)));
    g_assert_cmpuint(t.wanted, ==, 0);
    win_talk_clear(&t);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent/helper/words/pieces", test_words_in_pieces);
    g_test_add_func("/agent/helper/words/sizes", test_sizes_of_words);
    g_test_add_func("/agent/helper/entry", test_entry);
    g_test_add_func("/agent/helper/entry/ids", test_ids);
    g_test_add_func("/agent/helper/entry/limits", test_entries_past_limits);
    g_test_add_func("/agent/helper/list/order", test_order_of_a_list);
    g_test_add_func("/agent/helper/list/entries", test_entries_of_a_list);
    g_test_add_func("/agent/helper/list/bytes", test_bytes_of_a_list);
    g_test_add_func("/agent/helper/icons", test_icons);
    g_test_add_func("/agent/helper/icons/many", test_wants_without_end);
    return g_test_run();
}
