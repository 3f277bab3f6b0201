// SPDX-License-Identifier: Apache-2.0
// The view protocol: each message passes as it is meant, each limit holds to the one, no part of a
// message passes for a whole one.

#include "channel/control.h"
#include "rdpbridge/viewproto.h"

#include <glib.h>
#include <string.h>

#define PACKET_SIZE (VIEW_PACKET_MAX + 64)

typedef struct {
    uint8_t *bytes; // exactly as large as the packet, so that reading past it is seen
    size_t size;
} Packet;

static Packet
packet(const void *message, size_t size, size_t tail)
{
    Packet p = {g_malloc0(size + tail + (size + tail == 0)), size + tail};
    ViewHeader header;

    memcpy(p.bytes, message, size);
    memcpy(&header, p.bytes, sizeof header);
    header.size = (uint32_t)p.size;
    memcpy(p.bytes, &header, sizeof header);
    return p;
}

static bool
passes(const void *message, size_t size, size_t tail)
{
    Packet p = packet(message, size, tail);
    bool ok = view_check(CHAN_SPAN(p.bytes, p.size));

    g_free(p.bytes);
    return ok;
}

// With a header that says its true size, or too short for one.
static void
refuse_part(uint8_t *part, size_t n)
{
    ViewHeader header;

    g_assert_false(view_check(CHAN_SPAN(part, n)));
    if (n < sizeof header)
        return;
    memcpy(&header, part, sizeof header);
    header.size = (uint32_t)n;
    memcpy(part, &header, sizeof header);
    g_assert_false(view_check(CHAN_SPAN(part, n)));
}

// Every beginning of a good message is refused, whatever its header says, and so is one byte more
// than the longest.
static void
check_shape(const void *message, size_t size, size_t tail_max)
{
    g_assert_true(passes(message, size, 0));
    for (size_t n = 0; n < size; n++) {
        uint8_t *part = g_memdup2(message, n ? n : 1);
        refuse_part(part, n);
        g_free(part);
    }
    g_assert_false(passes(message, size, tail_max + 1));
    Packet p = packet(message, size, 0);
    p.bytes[4]++; // a size that is not the packet's
    g_assert_false(view_check(CHAN_SPAN(p.bytes, p.size)));
    g_free(p.bytes);
}

// Refused with field set to any of the bad values, accepted with the good ones.
#define EXPECT(m, field, value, good)                                                              \
    do {                                                                                           \
        __typeof__(m) copy = (m);                                                                  \
        copy.field = (value);                                                                      \
        g_assert_cmpint(passes(&copy, sizeof copy, 0), ==, (good));                                \
    } while (0)
#define ACCEPT(m, field, value) EXPECT(m, field, value, true)
#define REFUSE(m, field, value) EXPECT(m, field, value, false)

static ViewWindow
good_window(void)
{
    ViewWindow m = {.id = 1, .app_index = CTL_APP_NONE};

    VIEW_INIT(&m, VIEW_MSG_WINDOW);
    return m;
}

static void
test_window(void)
{
    ViewWindow m = good_window();

    check_shape(&m, sizeof m, 0);
    REFUSE(m, id, 0);
    ACCEPT(m, owner_id, 2);
    REFUSE(m, owner_id, 1);
    ACCEPT(m, kind, VIEW_KIND_LAST);
    REFUSE(m, kind, VIEW_KIND_LAST + 1);
    ACCEPT(m, flags, VIEW_FLAGS_ALL);
    REFUSE(m, flags, VIEW_FLAGS_ALL + 1);
    ACCEPT(m, app_index, CHAN_APPS_MAX - 1);
    REFUSE(m, app_index, CHAN_APPS_MAX);
    ACCEPT(m, min_width, VIEW_SIDE_MAX);
    REFUSE(m, min_width, VIEW_SIDE_MAX + 1);
    ACCEPT(m, max_height, VIEW_SIDE_MAX);
    REFUSE(m, max_height, VIEW_SIDE_MAX + 1);
    ACCEPT(m, base_width, VIEW_SIDE_MAX - 1);
    REFUSE(m, base_width, VIEW_SIDE_MAX);
    ACCEPT(m, inc_height, 1024);
    REFUSE(m, inc_height, 1025);
    m.min_width = 10;
    ACCEPT(m, max_width, 10);
    REFUSE(m, max_width, 9);
    m.max_height = 10;
    ACCEPT(m, min_height, 10);
    REFUSE(m, min_height, 11);
}

static void
test_title_and_icon(void)
{
    ViewTitle title = {.id = 1};
    ViewIcon icon = {.id = 1, .width = 1, .height = VIEW_ICON_SIDE_MAX};

    VIEW_INIT(&title, VIEW_MSG_TITLE);
    check_shape(&title, sizeof title, VIEW_TITLE_MAX);
    g_assert_true(passes(&title, sizeof title, VIEW_TITLE_MAX));
    REFUSE(title, id, 0);
    VIEW_INIT(&icon, VIEW_MSG_ICON);
    check_shape(&icon, sizeof icon, 0);
    REFUSE(icon, id, 0);
    REFUSE(icon, width, 0);
    REFUSE(icon, height, 0);
    REFUSE(icon, height, VIEW_ICON_SIDE_MAX + 1);
    ACCEPT(icon, width, VIEW_ICON_SIDE_MAX);
    REFUSE(icon, width, VIEW_ICON_SIDE_MAX + 1);
    REFUSE(icon, count, CHAN_WINDOW_ICONS_MAX + 1);
    icon.count = CHAN_WINDOW_ICONS_MAX;
    ACCEPT(icon, index, CHAN_WINDOW_ICONS_MAX - 1);
    REFUSE(icon, index, CHAN_WINDOW_ICONS_MAX);
}

static void
test_names(void)
{
    struct {
        ViewId m;
        uint8_t names[CHAN_WINDOW_NAMES_BYTES_MAX];
    } n = {.m = {.id = 1}};
    ChanWindowNames names = {0};

    VIEW_INIT(&n.m, VIEW_MSG_NAMES);
    g_assert_false(passes(&n, sizeof n.m, 0));
    chan_window_names_add(&names, CHAN_NAME_TITLE, CHAN_SPAN_TEXT("A title"));
    chan_window_names_add(&names, CHAN_NAME_ICON, CHAN_SPAN_TEXT("An icon"));
    gsize size = sizeof n.m + chan_window_names_pack(&names, n.names, sizeof n.names).size;
    n.m.header.size = (uint32_t)size;
    g_assert_true(passes(&n, size, 0));
    g_assert_false(passes(&n, size - 1, 0));
    g_assert_false(passes(&n, size, 1));
    n.m.id = 0;
    g_assert_false(passes(&n, size, 0));
}

static void
test_props_and_shape(void)
{
    ViewProps props = {.id = 1};
    struct {
        ViewShape m;
        ChanWindowRect rects[CHAN_WINDOW_SHAPE_MAX + 1];
    } s = {.m = {.id = 1}};

    VIEW_INIT(&props, VIEW_MSG_PROPS);
    check_shape(&props, sizeof props, 0);
    REFUSE(props, id, 0);
    REFUSE(props, props.gravity, 11);
    REFUSE(props, props.min_width, CHAN_WINDOW_SIDE_MAX + 1);
    VIEW_INIT(&s.m, VIEW_MSG_SHAPE);
    check_shape(&s.m, sizeof s.m, 0);
    REFUSE(s.m, id, 0);
    REFUSE(s.m, which, CHAN_SHAPES);
    REFUSE(s.m, shaped, 2);
    s.m.count = 1;
    g_assert_false(passes(&s, sizeof s.m + sizeof s.rects[0], 0)); // of a window that is whole
    s.m.shaped = 1;
    g_assert_true(passes(&s, sizeof s.m + sizeof s.rects[0], 0));
    g_assert_false(passes(&s, sizeof s.m, 0));
    s.m.count = CHAN_WINDOW_SHAPE_MAX;
    g_assert_true(passes(&s, sizeof s - sizeof s.rects[0], 0));
    s.m.count++;
    g_assert_false(passes(&s, sizeof s, 0));
}

static void
test_buffer(void)
{
    ViewBuffer m = {.id = 1, .window_id = 2, .width = 100, .height = 50, .stride = 400};

    VIEW_INIT(&m, VIEW_MSG_BUFFER);
    check_shape(&m, sizeof m, 0);
    REFUSE(m, id, 0);
    REFUSE(m, window_id, 0);
    REFUSE(m, width, 0);
    REFUSE(m, height, 0);
    REFUSE(m, stride, 399);
    REFUSE(m, stride, 396);
    REFUSE(m, stride, 402);
    ACCEPT(m, stride, 404);
    ACCEPT(m, stride, (VIEW_SIDE_MAX + 64) * 4);
    REFUSE(m, stride, (VIEW_SIDE_MAX + 65) * 4);
    ACCEPT(m, height, VIEW_SIDE_MAX);
    REFUSE(m, height, VIEW_SIDE_MAX + 1);
    m.stride = VIEW_SIDE_MAX * 4;
    ACCEPT(m, width, VIEW_SIDE_MAX);
    REFUSE(m, width, VIEW_SIDE_MAX + 1);
    // Times height: 512 MiB are 8192 rows of this.
    ACCEPT(m, height, 8192);
    REFUSE(m, height, 8193);
}

static void
test_commit(void)
{
    struct {
        ViewCommit m;
        ViewRect damage[VIEW_DAMAGE_MAX + 1];
    } c = {.m = {.id = 1, .geometry = {0, 0, 1, 1}, .buffer_id = 1}};
    const size_t size = sizeof c.m + sizeof(ViewRect);

    VIEW_INIT(&c.m, VIEW_MSG_COMMIT);
    check_shape(&c.m, sizeof c.m, 0);
    REFUSE(c.m, id, 0);
    ACCEPT(c.m, geometry.x, -VIEW_COORD_MAX);
    REFUSE(c.m, geometry.x, -VIEW_COORD_MAX - 1);
    ACCEPT(c.m, geometry.y, VIEW_COORD_MAX);
    REFUSE(c.m, geometry.y, VIEW_COORD_MAX + 1);
    REFUSE(c.m, geometry.x, INT32_MIN);
    REFUSE(c.m, geometry.width, 0);
    ACCEPT(c.m, geometry.height, VIEW_SIDE_MAX);
    REFUSE(c.m, geometry.height, VIEW_SIDE_MAX + 1);
    ACCEPT(c.m, state, VIEW_STATE_LAST);
    REFUSE(c.m, state, VIEW_STATE_LAST + 1);
    REFUSE(c.m, buffer_id, 0);
    REFUSE(c.m, n_damage, 1);
    c.m.state = VIEW_STATE_HIDDEN;
    ACCEPT(c.m, buffer_id, 0);
    c.m.state = VIEW_STATE_NORMAL;

    for (uint32_t n = 0; n <= VIEW_DAMAGE_MAX; n++)
        c.damage[n] = (ViewRect){VIEW_SIDE_MAX - 1, 0, 1, VIEW_SIDE_MAX};
    c.m.n_damage = 1;
    g_assert_true(passes(&c, size, 0));
    g_assert_false(passes(&c, size - 1, 0));
    g_assert_false(passes(&c, size, 1));
    g_assert_false(passes(&c, size + sizeof(ViewRect), 0));
    static const ViewRect bad[] = {{-1, 0, 1, 1},
                                   {0, -1, 1, 1},
                                   {0, 0, 0, 1},
                                   {0, 0, 1, 0},
                                   {VIEW_SIDE_MAX, 0, 1, 1},
                                   {1, 0, VIEW_SIDE_MAX, 1},
                                   {0, 1, 1, VIEW_SIDE_MAX},
                                   {1, 1, UINT32_MAX, 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        c.damage[0] = bad[i];
        g_assert_false(passes(&c, size, 0));
    }
    c.damage[0] = c.damage[1];
    c.m.n_damage = VIEW_DAMAGE_MAX;
    g_assert_true(passes(&c, sizeof c - sizeof(ViewRect), 0));
    c.m.n_damage = VIEW_DAMAGE_MAX + 1;
    g_assert_false(passes(&c, sizeof c, 0));
    c.m.n_damage = UINT32_MAX / sizeof(ViewRect) + 2; // times the size of one: small again
    g_assert_false(passes(&c, size, 0));
}

static void
test_ids(void)
{
    static const ViewMsgType some[] = {VIEW_MSG_BUFFER_GONE, VIEW_MSG_WINDOW_GONE,
                                       VIEW_MSG_ATTENTION, VIEW_MSG_CLOSE};
    static const ViewMsgType any[] = {VIEW_MSG_ACTIVE, VIEW_MSG_FOCUS, VIEW_MSG_ENTER};
    ViewId m = {.id = 1};

    for (size_t i = 0; i < G_N_ELEMENTS(some); i++) {
        VIEW_INIT(&m, some[i]);
        check_shape(&m, sizeof m, 0);
        REFUSE(m, id, 0);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(any); i++) {
        VIEW_INIT(&m, any[i]);
        check_shape(&m, sizeof m, 0);
        ACCEPT(m, id, 0);
    }
}

static void
test_stack(void)
{
    struct {
        ViewStack m;
        uint32_t ids[VIEW_WINDOWS_MAX + 1];
    } s = {.m = {.count = 0}};

    VIEW_INIT(&s.m, VIEW_MSG_STACK);
    check_shape(&s.m, sizeof s.m, 0);
    s.m.count = VIEW_WINDOWS_MAX;
    g_assert_true(passes(&s, sizeof s - 4, 0));
    g_assert_false(passes(&s, sizeof s, 0));
    g_assert_false(passes(&s, sizeof s - 8, 0));
    s.m.count++;
    g_assert_false(passes(&s, sizeof s, 0));
}

static void
test_move_loop_and_cursor(void)
{
    ViewMoveLoop loop = {.id = 1, .direction = 11};
    ViewCursor c = {.width = 1, .height = VIEW_CURSOR_SIDE_MAX, .hot_y = VIEW_CURSOR_SIDE_MAX - 1};

    VIEW_INIT(&loop, VIEW_MSG_MOVE_LOOP);
    check_shape(&loop, sizeof loop, 0);
    REFUSE(loop, id, 0);
    REFUSE(loop, direction, 12);
    REFUSE(loop, root_x, VIEW_COORD_MAX + 1);
    REFUSE(loop, root_y, -VIEW_COORD_MAX - 1);
    VIEW_INIT(&c, VIEW_MSG_CURSOR);
    check_shape(&c, sizeof c, 0);
    REFUSE(c, kind, VIEW_CURSOR_HIDDEN + 1);
    REFUSE(c, width, 0);
    REFUSE(c, hot_x, 1);
    REFUSE(c, height, VIEW_CURSOR_SIDE_MAX + 1);
    REFUSE(c, hot_y, VIEW_CURSOR_SIDE_MAX);
    c.kind = VIEW_CURSOR_HIDDEN;
    ACCEPT(c, width, 0);
}

static void
test_sound(void)
{
    ViewSoundOpen o = {.rate = 8000, .channels = 1, .target_ms = 5};
    struct {
        ViewSound m;
        uint8_t samples[VIEW_SOUND_BLOCK_MAX + 2];
    } s = {.m = {.bytes = 0}};
    ViewPlain close = {VIEW_MSG_SOUND_CLOSE, sizeof close};
    ViewSoundPlayed played = {.serial = 1};

    VIEW_INIT(&o, VIEW_MSG_SOUND_OPEN);
    check_shape(&o, sizeof o, 0);
    REFUSE(o, rate, 7999);
    ACCEPT(o, rate, 192000);
    REFUSE(o, rate, 192001);
    REFUSE(o, channels, 0);
    ACCEPT(o, channels, 8);
    REFUSE(o, channels, 9);
    REFUSE(o, target_ms, 4);
    ACCEPT(o, target_ms, 100);
    REFUSE(o, target_ms, 101);
    VIEW_INIT(&s.m, VIEW_MSG_SOUND);
    check_shape(&s.m, sizeof s.m, VIEW_SOUND_BLOCK_MAX);
    s.m.bytes = VIEW_SOUND_BLOCK_MAX;
    g_assert_true(passes(&s, sizeof s.m + VIEW_SOUND_BLOCK_MAX, 0));
    g_assert_false(passes(&s, sizeof s.m + VIEW_SOUND_BLOCK_MAX - 2, 0));
    s.m.bytes = VIEW_SOUND_BLOCK_MAX + 2;
    g_assert_false(passes(&s, sizeof s.m + VIEW_SOUND_BLOCK_MAX + 2, 0));
    s.m.bytes = 3;
    g_assert_false(passes(&s, sizeof s.m + 3, 0));
    check_shape(&close, sizeof close, 0);
    VIEW_INIT(&played, VIEW_MSG_SOUND_PLAYED);
    check_shape(&played, sizeof played, 0);
}

static void
test_record(void)
{
    ViewRecord r = {.rate = 8000, .channels = 1, .fragment_ms = VIEW_RECORD_FRAGMENT_MIN};
    struct {
        ViewRecorded m;
        uint8_t samples[VIEW_SOUND_BLOCK_MAX + 1];
    } s = {.m = {.bytes = 1}};
    ViewPlain over = {VIEW_MSG_RECORD_OVER, sizeof over};

    VIEW_INIT(&r, VIEW_MSG_RECORD);
    check_shape(&r, sizeof r, 0);
    REFUSE(r, rate, 7999);
    ACCEPT(r, rate, 192000);
    REFUSE(r, rate, 192001);
    REFUSE(r, channels, 0);
    ACCEPT(r, channels, 2);
    REFUSE(r, channels, 3);
    REFUSE(r, fragment_ms, VIEW_RECORD_FRAGMENT_MIN - 1);
    ACCEPT(r, fragment_ms, VIEW_RECORD_FRAGMENT_MAX);
    REFUSE(r, fragment_ms, VIEW_RECORD_FRAGMENT_MAX + 1);
    VIEW_INIT(&s.m, VIEW_MSG_RECORDED);
    g_assert_true(passes(&s, sizeof s.m + 1, 0));
    g_assert_false(passes(&s, sizeof s.m + 2, 0));
    g_assert_false(passes(&s, sizeof s.m, 0));
    s.m.bytes = 0;
    g_assert_false(passes(&s, sizeof s.m, 0));
    s.m.bytes = VIEW_SOUND_BLOCK_MAX;
    g_assert_true(passes(&s, sizeof s.m + VIEW_SOUND_BLOCK_MAX, 0));
    s.m.bytes = VIEW_SOUND_BLOCK_MAX + 1;
    g_assert_false(passes(&s, sizeof s.m + VIEW_SOUND_BLOCK_MAX + 1, 0));
    check_shape(&over, sizeof over, 0);
}

static void
test_clipboard(void)
{
    static const ViewMsgType types[] = {VIEW_MSG_CLIP_OFFER, VIEW_MSG_CLIP_WANT,
                                        VIEW_MSG_HOST_CLIP};
    ViewClip m = {.kinds = CHAN_CLIP_TEXT};
    ViewClipData d = {.last = 1};

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        VIEW_INIT(&m, types[i]);
        check_shape(&m, sizeof m, 0);
        REFUSE(m, kinds, CHAN_CLIP_ALL + 1);
        ACCEPT(m, kinds, CHAN_CLIP_BMP);
        ACCEPT(m, selection, CHAN_CLIP_PRIMARY);
        REFUSE(m, selection, CHAN_CLIP_SELECTIONS);
        bool many = types[i] != VIEW_MSG_CLIP_WANT; // which is of one kind
        EXPECT(m, kinds, 0, many);
        EXPECT(m, kinds, CHAN_CLIP_TEXT | CHAN_CLIP_PNG, many);
        EXPECT(m, kinds, CHAN_CLIP_ALL, many);
    }
    VIEW_INIT(&d, VIEW_MSG_CLIP_DATA);
    check_shape(&d, sizeof d, VIEW_CLIP_CHUNK_MAX);
    g_assert_true(passes(&d, sizeof d, VIEW_CLIP_CHUNK_MAX));
    REFUSE(d, last, 2);
    REFUSE(d, last, 0); // nothing, and more of it to come
    REFUSE(d, selection, CHAN_CLIP_SELECTIONS);
    d.last = 0;
    g_assert_true(passes(&d, sizeof d, 1));
}

static void
test_workspace(void)
{
    static const ViewMsgType both[] = {VIEW_MSG_WORKSPACE, VIEW_MSG_PLACED};
    ViewWorkspace w = {.id = 1, .workspace = CHAN_WORKSPACE_ALL};

    for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
        VIEW_INIT(&w, both[i]);
        check_shape(&w, sizeof w, 0);
        REFUSE(w, id, 0);
        ACCEPT(w, workspace, CHAN_WORKSPACES_MAX - 1);
        REFUSE(w, workspace, CHAN_WORKSPACES_MAX);
        REFUSE(w, workspace, CHAN_WORKSPACE_ALL - 1);
    }
}

static void
test_screen_and_layout(void)
{
    ViewScreen s = {.root = {0, 0, 100, 100},
                    .work_area = {0, 0, 100, 100},
                    .scale_percent = 100,
                    .refresh_mhz = 60000,
                    .n_monitors = 1};
    ViewLayout l = {.rdp_layout = 0x409};
    ViewKeymap k = {0};
    ViewKeeper keeper = {0};
    ViewPace pace = {.id = 1, .pace = {CHAN_WINDOW_REFRESH_MIN, 1}};
    ViewWorkspaces there = {.workspaces = {CHAN_WORKSPACES_MAX, CHAN_WORKSPACES_MAX - 1}};
    ViewSave save = {.serial = G_MAXUINT32};
    ViewSettle settle = {.serial = G_MAXUINT32};
    ViewPlain input = {VIEW_MSG_INPUT, sizeof input};

    for (int i = 0; i < VIEW_MONITORS_MAX; i++)
        s.monitors[i] = s.root;
    VIEW_INIT(&s, VIEW_MSG_SCREEN);
    check_shape(&s, sizeof s, 0);
    REFUSE(s, root.x, 1);
    REFUSE(s, root.height, VIEW_SIDE_MAX + 1);
    REFUSE(s, work_area.width, 0);
    REFUSE(s, scale_percent, 99);
    ACCEPT(s, scale_percent, 500);
    REFUSE(s, scale_percent, 501);
    ACCEPT(s, resource_dpi, VIEW_DPI_MAX);
    REFUSE(s, resource_dpi, VIEW_DPI_MAX + 1);
    REFUSE(s, settings_dpi, VIEW_DPI_MAX + 1);
    ACCEPT(s, window_scale, VIEW_WINDOW_SCALE_MAX);
    REFUSE(s, window_scale, VIEW_WINDOW_SCALE_MAX + 1);
    REFUSE(s, n_monitors, 0);
    ACCEPT(s, n_monitors, VIEW_MONITORS_MAX);
    REFUSE(s, n_monitors, VIEW_MONITORS_MAX + 1);
    s.monitors[1].width = 0;
    ACCEPT(s, n_monitors, 1);
    REFUSE(s, n_monitors, 2);
    VIEW_INIT(&keeper, VIEW_MSG_KEEPER);
    check_shape(&keeper, sizeof keeper, 0);
    ACCEPT(keeper, keeper.there, 1);
    REFUSE(keeper, keeper.there, 2);
    VIEW_INIT(&pace, VIEW_MSG_PACE);
    check_shape(&pace, sizeof pace, 0);
    REFUSE(pace, id, 0);
    ACCEPT(pace, pace.seen, CHAN_SEEN_SMALL);
    REFUSE(pace, pace.seen, CHAN_SEEN_LAST + 1);
    REFUSE(pace, pace.refresh_mhz, CHAN_WINDOW_REFRESH_MIN - 1);
    ACCEPT(pace, pace.refresh_mhz, CHAN_WINDOW_REFRESH_MAX);
    REFUSE(pace, pace.refresh_mhz, CHAN_WINDOW_REFRESH_MAX + 1);
    VIEW_INIT(&there, VIEW_MSG_WORKSPACES);
    check_shape(&there, sizeof there, 0);
    REFUSE(there, workspaces.current, CHAN_WORKSPACES_MAX);
    REFUSE(there, workspaces.count, CHAN_WORKSPACES_MAX + 1);
    REFUSE(there, workspaces.count, 0);
    VIEW_INIT(&settle, VIEW_MSG_SETTLE);
    check_shape(&settle, sizeof settle, 0);
    VIEW_INIT(&settle, VIEW_MSG_SETTLED);
    check_shape(&settle, sizeof settle, 0);
    check_shape(&input, sizeof input, 0);
    VIEW_INIT(&save, VIEW_MSG_CLIP_SAVE);
    check_shape(&save, sizeof save, 0);
    VIEW_INIT(&k, VIEW_MSG_KEYMAP);
    check_shape(&k, sizeof k, 0);
    VIEW_INIT(&l, VIEW_MSG_LAYOUT);
    check_shape(&l, sizeof l, 0);
    memset(l.keys.options, 'x', sizeof l.keys.options);
    g_assert_false(passes(&l, sizeof l, 0));
    l.keys.options[sizeof l.keys.options - 1] = 0;
    g_assert_true(passes(&l, sizeof l, 0));
    memset(l.keys.model, 'x', sizeof l.keys.model);
    g_assert_false(passes(&l, sizeof l, 0));
}

static void
test_input(void)
{
    ViewKey k = {.evdev = 1, .down = 1};
    ViewPointer p = {.id = 1, .kind = VIEW_POINTER_DOWN, .button = 1};
    ViewLocks locks = {.locks = 7};

    VIEW_INIT(&k, VIEW_MSG_KEY);
    check_shape(&k, sizeof k, 0);
    REFUSE(k, evdev, 0);
    ACCEPT(k, evdev, 0x2ff);
    REFUSE(k, evdev, 0x300);
    REFUSE(k, down, 2);
    VIEW_INIT(&p, VIEW_MSG_POINTER);
    check_shape(&p, sizeof p, 0);
    REFUSE(p, id, 0);
    REFUSE(p, kind, VIEW_POINTER_LAST + 1);
    REFUSE(p, root_x, VIEW_COORD_MAX + 1);
    REFUSE(p, button, 0);
    ACCEPT(p, button, 3);
    REFUSE(p, button, 4);
    REFUSE(p, button, 7);
    ACCEPT(p, button, 9);
    ACCEPT(p, button, 31);
    REFUSE(p, button, 32);
    p.kind = VIEW_POINTER_WHEEL;
    ACCEPT(p, wheel_y, -VIEW_COORD_MAX);
    REFUSE(p, wheel_y, -VIEW_COORD_MAX - 1);
    REFUSE(p, wheel_x, VIEW_COORD_MAX + 1);
    p.kind = VIEW_POINTER_SHIFT;
    ACCEPT(p, wheel_y, -VIEW_COORD_MAX);
    REFUSE(p, wheel_x, VIEW_COORD_MAX + 1);
    p.kind = VIEW_POINTER_UNLOCKED;
    ACCEPT(p, button, 0);
    p.kind = VIEW_POINTER_MOVE;
    ACCEPT(p, button, 0);
    VIEW_INIT(&locks, VIEW_MSG_LOCKS);
    check_shape(&locks, sizeof locks, 0);
    REFUSE(locks, locks, 8);
    ViewLock lock = {.id = 1, .wanted = 1};
    VIEW_INIT(&lock, VIEW_MSG_LOCK);
    check_shape(&lock, sizeof lock, 0);
    REFUSE(lock, id, 0);
    ACCEPT(lock, wanted, 0);
    REFUSE(lock, wanted, 2);
    ViewGroup group = {.id = 1, .group = {.group = UINT32_MAX, .leader = UINT32_MAX}};
    VIEW_INIT(&group, VIEW_MSG_GROUP);
    check_shape(&group, sizeof group, 0);
    REFUSE(group, id, 0);
    ACCEPT(group, group.owner, CHAN_OWNER_LAST);
    REFUSE(group, group.owner, CHAN_OWNER_LAST + 1);
    ViewTouch touch = {.id = 1, .touch.touch = 9};
    VIEW_INIT(&touch, VIEW_MSG_TOUCH);
    check_shape(&touch, sizeof touch, 0);
    REFUSE(touch, id, 0);
    REFUSE(touch, touch.touch, 10);
    ACCEPT(touch, touch.phase, CHAN_TOUCH_END);
    REFUSE(touch, touch.phase, CHAN_TOUCH_END + 1);
    REFUSE(touch, touch.x, VIEW_COORD_MAX + 1);
    ViewCaret caret = {.id = 1};
    VIEW_INIT(&caret, VIEW_MSG_CARET);
    check_shape(&caret, sizeof caret, 0);
    REFUSE(caret, id, 0);
    ACCEPT(caret, caret.x, -VIEW_COORD_MAX);
    REFUSE(caret, caret.y, VIEW_COORD_MAX + 1);
    REFUSE(caret, caret.flags, CHAN_CARET_ALL + 1);
    g_autofree ViewPreedit *preedit = g_new0(ViewPreedit, 1);
    VIEW_INIT(preedit, VIEW_MSG_PREEDIT);
    check_shape(preedit, sizeof *preedit, 0);
    preedit->preedit.caret = 1;
    g_assert_false(passes(preedit, sizeof *preedit, 0));
    preedit->preedit.count = 1;
    g_assert_false(passes(preedit, sizeof *preedit, 0)); // no character
    preedit->preedit.characters[0].character = 0x10ffff;
    g_assert_true(passes(preedit, sizeof *preedit, 0));
    preedit->preedit.characters[0].character = 0xd800;
    g_assert_false(passes(preedit, sizeof *preedit, 0));
    preedit->preedit.count = CHAN_WINDOW_PREEDIT_MAX + 1;
    g_assert_false(passes(preedit, sizeof *preedit, 0));
}

static void
test_ping_and_kill(void)
{
    ViewPing ping = {.id = 1, .serial = UINT32_MAX};
    VIEW_INIT(&ping, VIEW_MSG_PING);
    check_shape(&ping, sizeof ping, 0);
    REFUSE(ping, id, 0);
    VIEW_INIT(&ping, VIEW_MSG_PONG);
    check_shape(&ping, sizeof ping, 0);
    REFUSE(ping, id, 0);
    ViewKill kill = {.id = 1, .process = 1};
    VIEW_INIT(&kill, VIEW_MSG_KILL);
    check_shape(&kill, sizeof kill, 0);
    REFUSE(kill, id, 0);
    REFUSE(kill, process, 2);
}

static void
test_answers(void)
{
    ViewShown shown = {.id = 1};
    ViewConfigured c = {.id = 1, .geometry = {-5, -5, 1, 1}};
    ViewStateMsg s = {.id = 1, .state = VIEW_STATE_FULLSCREEN};
    ViewPlain control = {VIEW_MSG_CONTROL, sizeof control};

    VIEW_INIT(&shown, VIEW_MSG_SHOWN);
    check_shape(&shown, sizeof shown, 0);
    REFUSE(shown, id, 0);
    VIEW_INIT(&c, VIEW_MSG_CONFIGURED);
    check_shape(&c, sizeof c, 0);
    REFUSE(c, id, 0);
    REFUSE(c, geometry.width, 0);
    ACCEPT(c, frame.top, VIEW_FRAME_MAX);
    REFUSE(c, frame.left, VIEW_FRAME_MAX + 1);
    REFUSE(c, frame.right, VIEW_FRAME_MAX + 1);
    REFUSE(c, frame.top, VIEW_FRAME_MAX + 1);
    REFUSE(c, frame.bottom, VIEW_FRAME_MAX + 1);
    VIEW_INIT(&s, VIEW_MSG_STATE);
    check_shape(&s, sizeof s, 0);
    REFUSE(s, id, 0);
    REFUSE(s, state, VIEW_STATE_HIDDEN);
    ACCEPT(s, states, CHAN_STATES_ALL);
    REFUSE(s, states, CHAN_STATES_ALL + 1);
    ACCEPT(s, sized, 1);
    REFUSE(s, sized, 2);
    check_shape(&control, sizeof control, 0);
}

static void
test_types_and_descriptors(void)
{
    static const struct {
        ViewMsgType type;
        unsigned fds;
    } with_fd[] = {{VIEW_MSG_ICON, 1},       {VIEW_MSG_BUFFER, 1}, {VIEW_MSG_CONTROL, 1},
                   {VIEW_MSG_INPUT, 1},      {VIEW_MSG_WINDOW, 0}, {VIEW_MSG_COMMIT, 0},
                   {VIEW_MSG_SOUND_CLOSE, 0}};
    ViewPlain unknown = {0, sizeof unknown};
    ViewCursor cursor = {.kind = VIEW_CURSOR_IMAGE, .width = 1, .height = 1};

    for (uint32_t type = 0; type < 256; type++) {
        unknown.type = type;
        bool plain = type == VIEW_MSG_SOUND_CLOSE || type == VIEW_MSG_RECORD_OVER ||
                     type == VIEW_MSG_CONTROL || type == VIEW_MSG_INPUT;
        g_assert_cmpint(view_check(CHAN_SPAN(&unknown, sizeof unknown)), ==, plain);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(with_fd); i++) {
        ViewPlain m = {with_fd[i].type, sizeof m};
        g_assert_cmpint(view_type(CHAN_SPAN(&m, sizeof m)), ==, with_fd[i].type);
        g_assert_cmpint(view_fds(CHAN_SPAN(&m, sizeof m)), ==, with_fd[i].fds);
    }
    VIEW_INIT(&cursor, VIEW_MSG_CURSOR);
    g_assert_cmpint(view_fds(CHAN_SPAN(&cursor, sizeof cursor)), ==, 1);
    cursor.kind = VIEW_CURSOR_DEFAULT;
    g_assert_cmpint(view_fds(CHAN_SPAN(&cursor, sizeof cursor)), ==, 0);
    g_assert_false(view_check((ChanSpan){0}));
    uint8_t *large = g_malloc0(PACKET_SIZE);
    ViewHeader header = {VIEW_MSG_TITLE, PACKET_SIZE};
    memcpy(large, &header, sizeof header);
    g_assert_false(view_check(CHAN_SPAN(large, PACKET_SIZE)));
    g_free(large);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/viewproto/window", test_window);
    g_test_add_func("/viewproto/title-icon", test_title_and_icon);
    g_test_add_func("/viewproto/names", test_names);
    g_test_add_func("/viewproto/props-shape", test_props_and_shape);
    g_test_add_func("/viewproto/buffer", test_buffer);
    g_test_add_func("/viewproto/commit", test_commit);
    g_test_add_func("/viewproto/ids", test_ids);
    g_test_add_func("/viewproto/stack", test_stack);
    g_test_add_func("/viewproto/move-loop-cursor", test_move_loop_and_cursor);
    g_test_add_func("/viewproto/sound", test_sound);
    g_test_add_func("/viewproto/record", test_record);
    g_test_add_func("/viewproto/clipboard", test_clipboard);
    g_test_add_func("/viewproto/workspace", test_workspace);
    g_test_add_func("/viewproto/screen-layout", test_screen_and_layout);
    g_test_add_func("/viewproto/input", test_input);
    g_test_add_func("/viewproto/ping-kill", test_ping_and_kill);
    g_test_add_func("/viewproto/answers", test_answers);
    g_test_add_func("/viewproto/types", test_types_and_descriptors);
    return g_test_run();
}
