// SPDX-License-Identifier: Apache-2.0
// Each message: round trip, every prefix refused, one byte too many refused, each limit held.
#include "channel/conn.h"
#include "channel/msg.h"
#include "channel/wire.h"

#include <glib.h>
#include <string.h>

static guint8 buffer[CHAN_MESSAGE_MAX];
static guint8 letters[CHAN_MESSAGE_MAX]; // text as long as one likes

// A decoder without its struct; again encodes what it decoded.
typedef struct {
    const char *name;
    bool (*decode)(ChanSpan payload);
    ChanSpan (*again)(void *out, size_t capacity);
} Codec;

#define CODEC(kind, Type)                                                                          \
    static Type kind##_value;                                                                      \
    static bool kind##_take(ChanSpan payload)                                                      \
    {                                                                                              \
        return chan_##kind##_decode(&kind##_value, payload);                                       \
    }                                                                                              \
    static ChanSpan kind##_again(void *out, size_t capacity)                                       \
    {                                                                                              \
        return chan_##kind##_encode(&kind##_value, out, capacity);                                 \
    }                                                                                              \
    static const Codec kind##_codec = {#kind, kind##_take, kind##_again};

CODEC(guest_info, ChanGuestInfo)
CODEC(host_info, ChanHostInfo)
CODEC(policy, ChanPolicy)
CODEC(apps, ChanApps)
CODEC(app, ChanApp)
CODEC(icon, ChanIcon)
CODEC(service, ChanService)
CODEC(program_ended, ChanProgramEnded)
CODEC(program_output, ChanProgramOutput)
CODEC(sessions, ChanSessions)
CODEC(certificates, ChanCertificates)
CODEC(notification, ChanNotification)
CODEC(notification_event, ChanNotificationEvent)

static ChanSpan gone_id;
static bool
gone_take(ChanSpan payload)
{
    return chan_app_gone_decode(&gone_id, payload);
}
static ChanSpan
gone_again(void *out, size_t capacity)
{
    return chan_app_gone_encode(gone_id, out, capacity);
}
static const Codec gone_codec = {"app_gone", gone_take, gone_again};

static ChanSpan failing_name;
static bool
failing_take(ChanSpan payload)
{
    return chan_service_failing_decode(&failing_name, payload);
}
static ChanSpan
failing_again(void *out, size_t capacity)
{
    return chan_service_failing_encode(failing_name, out, capacity);
}
static const Codec failing_codec = {"service_failing", failing_take, failing_again};

static uint8_t want_hash[CHAN_ICON_HASH_SIZE];
static bool
want_take(ChanSpan payload)
{
    return chan_icon_want_decode(want_hash, payload);
}
static ChanSpan
want_again(void *out, size_t capacity)
{
    return chan_icon_want_encode(want_hash, out, capacity);
}
static const Codec want_codec = {"icon_want", want_take, want_again};

// encoded must lie in the file's buffer.
static void
check(const Codec *codec, ChanSpan encoded)
{
    g_autofree guint8 *out = g_malloc(CHAN_MESSAGE_MAX);

    g_test_message("%s: %zu bytes", codec->name, encoded.size);
    g_assert_cmpuint(encoded.size, >, 0);
    g_assert_true(codec->decode(encoded));
    ChanSpan again = codec->again(out, CHAN_MESSAGE_MAX);
    g_assert_cmpmem(again.data, again.size, encoded.data, encoded.size);
    g_assert_cmpuint(codec->again(out, encoded.size).size, ==, encoded.size);
    g_assert_cmpuint(codec->again(out, encoded.size - 1).size, ==, 0);
    // All prefixes of what is short, a sample of what is long.
    size_t step = encoded.size > 4096 ? 97 : 1;
    for (size_t n = 0; n < encoded.size; n += step) {
        g_autofree guint8 *copy = g_memdup2(encoded.data, n);
        g_assert_false(codec->decode(CHAN_SPAN(copy, n)));
    }
    g_autofree guint8 *longer = g_malloc0(encoded.size + 1);
    memcpy(longer, encoded.data, encoded.size);
    g_assert_false(codec->decode(CHAN_SPAN(longer, encoded.size + 1)));
}

#define ENCODE(kind, ...) chan_##kind##_encode((__VA_ARGS__), buffer, sizeof buffer)
#define CHECK(kind, ...) check(&kind##_codec, ENCODE(kind, &(__VA_ARGS__)))
#define T(text) CHAN_SPAN_TEXT(text)

static void
test_small(void)
{
    guint8 hash[CHAN_ICON_HASH_SIZE];

    memset(hash, 0xa5, sizeof hash);
    CHECK(guest_info,
          (ChanGuestInfo){CHAN_OS_LINUX, T("Debian"), T("box"), T("me"), T("de_DE.UTF-8")});
    CHECK(guest_info, (ChanGuestInfo){.os = CHAN_OS_WINDOWS});
    CHECK(host_info, (ChanHostInfo){T("C"), T("Europe/Berlin")});
    CHECK(policy, (ChanPolicy){CHAN_POLICY_UNLISTED});
    CHECK(policy, (ChanPolicy){0xfffffffe}); // of a newer host
    CHECK(apps, (ChanApps){7, 100000});
    CHECK(service, (ChanService){T("rdp"), 1, T("")});
    CHECK(service, (ChanService){T("rdp"), 0, T("no X server")});
    CHECK(program_ended, (ChanProgramEnded){T("xterm"), 4711, -9});
    CHECK(program_output, (ChanProgramOutput){4711, T("/run/casement/log/xterm.log")});
    check(&gone_codec, chan_app_gone_encode(T("xterm"), buffer, sizeof buffer));
    check(&failing_codec, chan_service_failing_encode(T("rdp"), buffer, sizeof buffer));
    check(&want_codec, chan_icon_want_encode(hash, buffer, sizeof buffer));
}

static void
test_app(void)
{
    ChanApp *m = g_new0(ChanApp, 1);

    m->id = T("org.gnome.gedit");
    CHECK(app, *m);
    m->name = T("Text Editor");
    m->flags = CHAN_APP_TAKES_FILES;
    m->n_categories = 2;
    m->categories[0] = T("GNOME");
    m->categories[1] = T("Utility");
    m->n_actions = 1;
    m->actions[0] = (ChanAction){T("new-window"), T("New Window")};
    m->n_icons = 1;
    m->icons[0].size = 48;
    CHECK(app, *m);
    g_free(m);
}

static ChanSpan
text_of(size_t n)
{
    return CHAN_SPAN(letters, n);
}

// The largest application there may be is one message.
static void
test_app_largest(void)
{
    ChanApp *m = g_new0(ChanApp, 1);

    m->id = m->wm_class = text_of(CHAN_ID_MAX);
    m->name = m->generic_name = m->folder = text_of(CHAN_NAME_MAX);
    m->comment = text_of(CHAN_COMMENT_MAX);
    m->program = text_of(CHAN_PROGRAM_MAX);
    m->directory = text_of(CHAN_PROGRAM_MAX);
    m->flags = UINT32_MAX;
    m->n_categories = m->n_keywords = m->n_mime_types = CHAN_LIST_MAX;
    for (int i = 0; i < CHAN_LIST_MAX; i++)
        m->categories[i] = m->keywords[i] = m->mime_types[i] = text_of(CHAN_LIST_ENTRY_MAX);
    m->n_actions = CHAN_ACTIONS_MAX;
    for (int i = 0; i < CHAN_ACTIONS_MAX; i++)
        m->actions[i] = (ChanAction){text_of(CHAN_ID_MAX), text_of(CHAN_NAME_MAX)};
    m->n_icons = CHAN_ICONS_MAX;
    for (int i = 0; i < CHAN_ICONS_MAX; i++)
        m->icons[i].size = CHAN_ICON_SIDE_MAX;
    CHECK(app, *m);
    g_free(m);
}

// At the limit it encodes, one over it does not, and what a peer wrote one over is refused.
typedef struct {
    const char *what;
    size_t offset; // of the span in ChanApp
    size_t max;
} TextLimit;

static void
test_app_texts(void)
{
    static const TextLimit limits[] = {
        {"id", offsetof(ChanApp, id), CHAN_ID_MAX},
        {"name", offsetof(ChanApp, name), CHAN_NAME_MAX},
        {"generic name", offsetof(ChanApp, generic_name), CHAN_NAME_MAX},
        {"comment", offsetof(ChanApp, comment), CHAN_COMMENT_MAX},
        {"class", offsetof(ChanApp, wm_class), CHAN_ID_MAX},
        {"program", offsetof(ChanApp, program), CHAN_PROGRAM_MAX},
        {"directory", offsetof(ChanApp, directory), CHAN_PROGRAM_MAX},
        {"folder", offsetof(ChanApp, folder), CHAN_NAME_MAX},
        {"category", offsetof(ChanApp, categories[0]), CHAN_LIST_ENTRY_MAX},
        {"keyword", offsetof(ChanApp, keywords[0]), CHAN_LIST_ENTRY_MAX},
        {"MIME type", offsetof(ChanApp, mime_types[0]), CHAN_LIST_ENTRY_MAX},
        {"action", offsetof(ChanApp, actions[0].id), CHAN_ID_MAX},
        {"action's name", offsetof(ChanApp, actions[0].name), CHAN_NAME_MAX},
    };
    ChanApp *m = g_new0(ChanApp, 1);

    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        memset(m, 0, sizeof *m);
        m->id = m->actions[0].id = T("x");
        m->n_categories = m->n_keywords = m->n_mime_types = m->n_actions = 1;
        ChanSpan *field = G_STRUCT_MEMBER_P(m, limits[i].offset);
        g_test_message("%s", limits[i].what);
        *field = text_of(limits[i].max);
        g_assert_true(chan_app_decode(&app_value, ENCODE(app, m)));
        // The length lies before the text: one more letter and one more in the length.
        ChanSpan good = ENCODE(app, m);
        ChanSpan *at = G_STRUCT_MEMBER_P(&app_value, limits[i].offset);
        size_t end = (size_t)(at->data - good.data) + at->size;
        memmove(buffer + end + 1, buffer + end, good.size - end);
        buffer[end] = 'x';
        buffer[end - at->size - 2] = (guint8)(limits[i].max + 1);
        buffer[end - at->size - 1] = (guint8)((limits[i].max + 1) >> 8);
        g_assert_false(chan_app_decode(&app_value, CHAN_SPAN(buffer, good.size + 1)));
        *field = text_of(limits[i].max + 1);
        g_assert_cmpuint(ENCODE(app, m).size, ==, 0);
    }
    g_free(m);
}

// A count one over its limit, followed by that many entries.
static ChanSpan
app_with_count(int list, uint16_t n)
{
    ChanWriter w = chan_writer(buffer, sizeof buffer);

    chan_write_text(&w, T("x"));
    for (int i = 0; i < 7; i++)
        chan_write_text(&w, T(""));
    chan_write_u32(&w, 0);
    for (int i = 0; i < 5; i++) {
        uint16_t count = i == list ? n : 0;
        chan_write_u16(&w, count);
        for (uint16_t k = 0; k < count && i < 3; k++)
            chan_write_text(&w, T("e"));
        for (uint16_t k = 0; k < count && i == 3; k++) {
            chan_write_text(&w, T("a"));
            chan_write_text(&w, T("A"));
        }
        for (uint16_t k = 0; k < count && i == 4; k++) {
            chan_write_u16(&w, 16);
            chan_write_bytes(&w, CHAN_SPAN(letters, CHAN_ICON_HASH_SIZE));
        }
    }
    return chan_writer_span(&w);
}

static void
test_app_counts(void)
{
    const uint16_t max[] = {CHAN_LIST_MAX, CHAN_LIST_MAX, CHAN_LIST_MAX, CHAN_ACTIONS_MAX,
                            CHAN_ICONS_MAX};

    for (int list = 0; list < 5; list++) {
        g_assert_true(chan_app_decode(&app_value, app_with_count(list, max[list] - 1)));
        g_assert_true(chan_app_decode(&app_value, app_with_count(list, max[list])));
        g_assert_false(chan_app_decode(&app_value, app_with_count(list, max[list] + 1)));
    }
}

static void
test_empty_names(void)
{
    g_assert_cmpuint(ENCODE(app, &(ChanApp){0}).size, ==, 0);
    g_assert_cmpuint(chan_app_gone_encode(T(""), buffer, sizeof buffer).size, ==, 0);
    g_assert_false(chan_app_gone_decode(&gone_id, CHAN_SPAN("\0\0", 2)));
    g_assert_cmpuint(ENCODE(service, &(ChanService){.reason = T("x")}).size, ==, 0);
}

static void
test_icon(void)
{
    static const struct {
        uint16_t width, height;
        int surplus;
        bool good;
    } sizes[] = {
        {1, 1, 0, true},     {256, 256, 0, true},      {16, 32, 0, true},  {0, 0, 0, false},
        {0, 16, 0, false},   {257, 1, 0, false},       {1, 257, 0, false}, {16, 16, 4, false},
        {16, 16, -1, false}, {65535, 65535, 0, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        size_t n = MIN((size_t)sizes[i].width * sizes[i].height * 4, CHAN_MESSAGE_MAX - 64);
        ChanWriter w = chan_writer(buffer, sizeof buffer);
        chan_write_bytes(&w, CHAN_SPAN(letters, CHAN_ICON_HASH_SIZE));
        chan_write_u16(&w, sizes[i].width);
        chan_write_u16(&w, sizes[i].height);
        chan_write_bytes(&w, CHAN_SPAN(letters, (size_t)((gssize)n + sizes[i].surplus)));
        g_assert_true(chan_icon_decode(&icon_value, chan_writer_span(&w)) == sizes[i].good);
    }
    CHECK(icon, (ChanIcon){{1}, 256, 256, CHAN_SPAN(letters, 256 * 256 * 4)});
    CHECK(icon, (ChanIcon){{1}, 3, 5, CHAN_SPAN(letters, 60)});
    g_assert_cmpuint(ENCODE(icon, &(ChanIcon){{1}, 3, 5, CHAN_SPAN(letters, 61)}).size, ==, 0);
}

static void
test_ranges(void)
{
    ChanGuestInfo info = {.os = CHAN_OS_LINUX};
    ChanSpan good = ENCODE(guest_info, &info);

    for (int os = 0; os < 256; os++) {
        buffer[0] = (guint8)os;
        g_assert_true(chan_guest_info_decode(&guest_info_value, good) ==
                      (os == CHAN_OS_LINUX || os == CHAN_OS_WINDOWS));
    }
    good = ENCODE(service, &(ChanService){.name = T("a"), .available = 1});
    buffer[3] = 2;
    g_assert_false(chan_service_decode(&service_value, good));
    ChanService longest = {text_of(CHAN_SERVICE_MAX), 1, text_of(CHAN_COMMENT_MAX)};
    CHECK(service, longest);
    longest.name.size++;
    g_assert_cmpuint(ENCODE(service, &longest).size, ==, 0);
}

static void
test_sessions(void)
{
    ChanSessions m = {
        .n = 2,
        .sessions = {{1, CHAN_SESSION_LOGGED_ON, CHAN_LOCK_LOCKED, 1, 144, 0x10407, T("alice")},
                     {.id = 2, .state = CHAN_SESSION_LOG_ON_SCREEN}}};

    CHECK(sessions, (ChanSessions){0});
    CHECK(sessions, m);
    // Fields of the first: count, id, then state, lock, connected.
    static const guint8 most[] = {CHAN_SESSION_LOG_ON_SCREEN, CHAN_LOCK_LOCKED, 1};
    static const guint8 least[] = {CHAN_SESSION_LOGGED_ON, CHAN_LOCK_UNKNOWN, 0};
    for (size_t field = 0; field < sizeof most; field++)
        for (int value = 0; value < 256; value++) {
            ChanSpan good = ENCODE(sessions, &m);
            buffer[6 + field] = (guint8)value;
            g_assert_true(chan_sessions_decode(&sessions_value, good) ==
                          (value >= least[field] && value <= most[field]));
        }
    m.sessions[1].user = text_of(CHAN_NAME_MAX);
    CHECK(sessions, m);
    m.sessions[1].user = text_of(CHAN_NAME_MAX + 1);
    g_assert_cmpuint(ENCODE(sessions, &m).size, ==, 0);
    m = (ChanSessions){.n = CHAN_SESSIONS_MAX};
    for (int i = 0; i < CHAN_SESSIONS_MAX; i++)
        m.sessions[i].state = CHAN_SESSION_LOGGED_ON;
    CHECK(sessions, m);
    m.n++;
    g_assert_cmpuint(ENCODE(sessions, &m).size, ==, 0);
    // One more than there may be, each of 15 bytes.
    memset(buffer, 0, 2 + 15 * (CHAN_SESSIONS_MAX + 1));
    buffer[0] = CHAN_SESSIONS_MAX + 1;
    for (int i = 0; i <= CHAN_SESSIONS_MAX; i++)
        buffer[2 + 15 * i + 4] = CHAN_SESSION_LOGGED_ON;
    g_assert_false(
        chan_sessions_decode(&sessions_value, CHAN_SPAN(buffer, 2 + 15 * (CHAN_SESSIONS_MAX + 1))));
}

static void
test_certificates(void)
{
    ChanCertificates m = {.n = 2,
                          .certificates = {{CHAN_SHA1_SIZE, {1, 2}}, {CHAN_SHA256_SIZE, {3, 4}}}};

    CHECK(certificates, (ChanCertificates){0});
    CHECK(certificates, m);
    for (int size = 0; size < 256; size++) {
        memset(buffer, 0, 3 + 256);
        buffer[0] = 1;
        buffer[2] = (guint8)size;
        g_assert_true(
            chan_certificates_decode(&certificates_value, CHAN_SPAN(buffer, 3 + (gsize)size)) ==
            (size == CHAN_SHA1_SIZE || size == CHAN_SHA256_SIZE));
    }
    m.certificates[0].size = 21;
    g_assert_cmpuint(ENCODE(certificates, &m).size, ==, 0);
    m = (ChanCertificates){.n = CHAN_CERTIFICATES_MAX};
    for (int i = 0; i < CHAN_CERTIFICATES_MAX; i++)
        m.certificates[i].size = CHAN_SHA256_SIZE;
    CHECK(certificates, m);
    m.n++;
    g_assert_cmpuint(ENCODE(certificates, &m).size, ==, 0);
    memset(buffer, 0, 1024);
    buffer[0] = CHAN_CERTIFICATES_MAX + 1;
    for (int i = 0; i <= CHAN_CERTIFICATES_MAX; i++)
        buffer[2 + 21 * i] = CHAN_SHA1_SIZE;
    g_assert_false(chan_certificates_decode(
        &certificates_value, CHAN_SPAN(buffer, 2 + 21 * (CHAN_CERTIFICATES_MAX + 1))));
}

static void
test_notifications(void)
{
    enum { SIDE = CHAN_NOTIFICATION_SIDE_MAX };
    ChanNotification m = {.id = 7,
                          .urgency = 2,
                          .flags = CHAN_NOTIFICATION_TRANSIENT | CHAN_NOTIFICATION_RESIDENT,
                          .expire_ms = -1,
                          .app_id = T("org.x.Mail"),
                          .app_name = T("Mail"),
                          .summary = T("New"),
                          .body = T("<b>two</b>"),
                          .n_actions = 2,
                          .actions = {{0, T("Answer")}, {1, T("")}},
                          .width = 2,
                          .height = 3,
                          .pixels = CHAN_SPAN(letters, 24)};
    guint32 id;

    CHECK(notification, (ChanNotification){.id = 1});
    CHECK(notification, m);
    CHECK(notification_event, (ChanNotificationEvent){1, 2});
    ChanSpan gone = chan_notification_gone_encode(9, buffer, sizeof buffer);
    g_assert_true(chan_notification_gone_decode(&id, gone));
    g_assert_cmpuint(id, ==, 9);
    g_assert_false(chan_notification_gone_decode(&id, CHAN_SPAN(buffer, 3)));
    // The largest there is; one more of anything is none.
    m.n_actions = CHAN_NOTIFICATION_ACTIONS_MAX;
    m.width = m.height = SIDE;
    m.pixels = CHAN_SPAN(letters, SIDE * SIDE * 4);
    m.summary = CHAN_SPAN(letters, CHAN_NAME_MAX);
    m.body = CHAN_SPAN(letters, CHAN_COMMENT_MAX);
    ChanSpan largest = ENCODE(notification, &m);
    g_assert_true(chan_notification_decode(&notification_value, largest));
    const ChanNotification whole = m;
    const struct {
        gsize at, size;
        guint32 value;
    } wrong[] = {
        {offsetof(ChanNotification, n_actions), 2, CHAN_NOTIFICATION_ACTIONS_MAX + 1},
        {offsetof(ChanNotification, width), 2, SIDE + 1},
        {offsetof(ChanNotification, height), 2, SIDE - 1}, // the pixels are more
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        m = whole;
        memcpy((guint8 *)&m + wrong[i].at, &wrong[i].value, wrong[i].size);
        g_assert_cmpuint(ENCODE(notification, &m).size, ==, 0);
    }
    static const struct {
        gsize at; // in the message
        guint8 value;
    } refused[] = {{4, 3}, {5, 4}, {9, 0x80}};
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        ChanSpan good = ENCODE(notification, &whole);
        buffer[refused[i].at] = refused[i].value;
        g_assert_false(chan_notification_decode(&notification_value, good));
    }
    m = (ChanNotification){.id = 0};
    g_assert_false(chan_notification_decode(&notification_value, ENCODE(notification, &m)));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    memset(letters, 'x', sizeof letters);
    g_test_add_func("/channel/messages/small", test_small);
    g_test_add_func("/channel/messages/app", test_app);
    g_test_add_func("/channel/messages/app/largest", test_app_largest);
    g_test_add_func("/channel/messages/app/texts", test_app_texts);
    g_test_add_func("/channel/messages/app/counts", test_app_counts);
    g_test_add_func("/channel/messages/empty-names", test_empty_names);
    g_test_add_func("/channel/messages/icon", test_icon);
    g_test_add_func("/channel/messages/ranges", test_ranges);
    g_test_add_func("/channel/messages/sessions", test_sessions);
    g_test_add_func("/channel/messages/certificates", test_certificates);
    g_test_add_func("/channel/messages/notifications", test_notifications);
    return g_test_run();
}
