// SPDX-License-Identifier: Apache-2.0
#pragma once

// A RemoteApp client without a display, on libfreerdp's client side: what the tests see of
// casement-remoteapp. One thread; everything happens inside the calls.

#include <freerdp/freerdp.h>
#include <glib.h>
#include <stdbool.h>

typedef struct {
    guint32 id, owner, style, ex_style, show;
    int x, y, width, height;
    char *title;
    char *app_id; // "" until told
    guint32 pid;
    guint updates;        // window orders for it
    guint icons, min_max; // orders
    guint frames;         // that touched its surface
    guint surfaces;       // mapped so far
    guint16 surface;      // mapped now
    int surface_width, surface_height;
} TestWindow;

typedef struct TestClient TestClient;

typedef struct {
    guint32 width, height; // 0: 1280×800
    guint32 keyboard;      // layout id
    bool foreign;          // does not say that it is casement-session
    guint32 looks;         // ChanRailLooks that it tells, being casement-session; 0: none
    bool sound, clipboard;
    // Puts itself between the library and the stream; NULL: the library's own way.
    void (*prepare)(rdpContext *context, int fd);
} TestClientOptions;

// Connects over a stream socket; NULL when that fails.
TestClient *test_client_new(int take_fd, const TestClientOptions *options);
void test_client_free(TestClient *client);

// Handles what arrives until done says so. False: not within timeout_ms, or disconnected.
typedef bool (*TestDone)(TestClient *client, gconstpointer data);
bool test_client_until(TestClient *client, TestDone done, gconstpointer data, guint timeout_ms);

// As above, for common conditions.
TestWindow *test_client_wait_window(TestClient *client, const char *title, guint timeout_ms);
bool test_client_wait_gone(TestClient *client, guint32 id, guint timeout_ms);
bool test_client_wait_pixel(TestClient *client, guint32 id, int x, int y, guint32 rgb);
bool test_client_wait_disconnected(TestClient *client, guint timeout_ms);

// Asks for a program and waits for the answer (RAIL_EXEC_*); -1: none came.
int test_client_exec(TestClient *client, const char *program, const char *arguments);

GHashTable *test_client_windows(TestClient *client); // id → TestWindow
TestWindow *test_client_window(TestClient *client, guint32 id);

// 0xRRGGBB of the window's surface, or G_MAXUINT32.
guint32 test_client_pixel(TestClient *client, guint32 id, int x, int y);
// 0xAARRGGBB as it came, 0 where nothing did.
guint32 test_client_argb(TestClient *client, guint32 id, int x, int y);

void test_client_activate(TestClient *client, guint32 id);
void test_client_command(TestClient *client, guint32 id, guint16 command);
void test_client_move(TestClient *client, guint32 id, int x, int y, int width, int height);
rdpInput *test_client_input(TestClient *client);

// What was told last.
guint32 test_client_active(TestClient *client);
guint test_client_actives(TestClient *client);       // how often
const GArray *test_client_stack(TestClient *client); // of guint32, top first
guint test_client_pointers(TestClient *client);      // pointer images received
guint64 test_client_pixel_bytes(TestClient *client); // in surface commands
bool test_client_arc_completed(TestClient *client);

// Clipboard: puts the client's text on offer; fetches the server's (the caller's; NULL: none).
void test_client_offer_text(TestClient *client, const char *text);
char *test_client_fetch_text(TestClient *client, guint timeout_ms);
