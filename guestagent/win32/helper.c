// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helper.h"

#include "guestagent/win32/catalog.h"
#include "guestagent/win32/environment.h"
#include "guestagent/win32/helper_words.h"
#include "guestagent/win32/icon.h"
#include "guestagent/win32/text.h"

#include <objbase.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define LOOK_MS 1000

typedef BOOL(WINAPI *BeAware)(void);

// Without it Windows tells every program 96. Not on XP, which tells everybody the truth.
static void
be_dpi_aware(void)
{
    static bool done;
    BeAware be_aware =
        (BeAware)(uintptr_t)GetProcAddress(GetModuleHandleW(L"user32.dll"), "SetProcessDPIAware");

    if (!done && be_aware)
        be_aware();
    done = true;
}

static uint16_t
dots_per_inch(void)
{
    be_dpi_aware();
    HDC screen = GetDC(NULL);
    int dpi = screen ? GetDeviceCaps(screen, LOGPIXELSX) : 0;

    if (screen)
        ReleaseDC(NULL, screen);
    return dpi > 0 && dpi <= UINT16_MAX ? (uint16_t)dpi : 0;
}

// Of the window that is typed into; each may have its own.
static uint32_t
keyboard(void)
{
    HWND window = GetForegroundWindow();
    DWORD thread = window ? GetWindowThreadProcessId(window, NULL) : 0;

    return win_keyboard_of((uint32_t)(uintptr_t)GetKeyboardLayout(thread));
}

// Keys go to the user's own desktop, or to one that the user's programs must not open. Which of
// those (a locked session's, or one that asks for consent) only the service is told.
static ChanLock
lock(void)
{
    HDESK desktop = OpenInputDesktop(0, FALSE, DESKTOP_READOBJECTS);

    if (!desktop)
        return GetLastError() == ERROR_ACCESS_DENIED ? CHAN_LOCK_LOCKED : CHAN_LOCK_UNKNOWN;
    CloseDesktop(desktop);
    return CHAN_LOCK_OPEN;
}

void
win_helper_look(WinHelperReport *report)
{
    *report =
        (WinHelperReport){.keyboard = keyboard(), .dpi = dots_per_inch(), .lock = (uint8_t)lock()};
}

// ---- words to the service

typedef struct {
    WinCatalog *catalog;
    HANDLE heard; // set when the service said something
    CRITICAL_SECTION guard;
    bool list; // what it said: below guard
    uint8_t (*wants)[CHAN_ICON_HASH_SIZE];
    unsigned wanted;
    uint8_t told[WIN_HELPER_REPORT_SIZE];
    uint8_t word[WIN_WORD_MAX]; // a payload
    uint8_t out[2 * WIN_WORD_MAX];
    size_t n; // of out
    WinHelperEntry entry;
} Helper;

static void
flush(Helper *h)
{
    DWORD n;

    for (size_t at = 0; at < h->n; at += n)
        if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), h->out + at, (DWORD)(h->n - at), &n, NULL))
            ExitProcess(0); // nobody hears
    h->n = 0;
}

static void
say(Helper *h, WinWordKind kind, ChanSpan payload)
{
    if (sizeof h->out - h->n < payload.size + WIN_WORD_HEAD)
        flush(h);
    h->n += win_word_encode(kind, payload, h->out + h->n, sizeof h->out - h->n).size;
}

static void
on_begin(void *user)
{
    say(user, WIN_WORD_BEGIN, (ChanSpan){0});
}

static void
on_entry(const ChanApp *app, const WinEntry *e, void *user)
{
    Helper *h = user;
    char *texts[] = {win_utf8(e->shortcut.target), win_utf8(e->shortcut.arguments),
                     win_utf8(e->shortcut.icon)};

    h->entry = (WinHelperEntry){.app = *app,
                                .target = CHAN_SPAN_TEXT(texts[0]),
                                .arguments = CHAN_SPAN_TEXT(texts[1]),
                                .icon = CHAN_SPAN_TEXT(texts[2]),
                                .icon_index = e->shortcut.icon_index};
    ChanSpan payload = win_entry_encode(&h->entry, h->word, sizeof h->word);
    if (payload.size > 0) // one that has no room is left out
        say(h, WIN_WORD_ENTRY, payload);
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
}

static void
on_end(const WinMenu *menu, void *user)
{
    say(user, WIN_WORD_END, (ChanSpan){0});
}

static void
on_icon(const ChanIcon *icon, void *user)
{
    Helper *h = user;

    say(h, WIN_WORD_ICON, chan_icon_encode(icon, h->word, sizeof h->word));
}

static void
on_no_icon(const uint8_t hash[CHAN_ICON_HASH_SIZE], void *user)
{
    say(user, WIN_WORD_NO_ICON, CHAN_SPAN(hash, CHAN_ICON_HASH_SIZE));
}

static const WinCatalogEvents events = {on_begin, on_entry, on_end, on_icon, on_no_icon};

// ---- words of the service

static void
heard(Helper *h, const WinWord *word)
{
    EnterCriticalSection(&h->guard);
    if (word->kind == WIN_WORD_LIST)
        h->list = true;
    else if (word->kind == WIN_WORD_WANT && h->wanted < WIN_WANTS_MAX &&
             chan_icon_want_decode(h->wants[h->wanted], word->untrusted_payload))
        h->wanted++;
    LeaveCriticalSection(&h->guard);
}

static DWORD WINAPI
hear(void *data)
{
    Helper *h = data;
    WinWords words = {0};
    uint8_t bytes[4096];
    WinWord word;
    DWORD n;

    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes, sizeof bytes, &n, NULL) && n > 0) {
        ChanSpan piece = CHAN_SPAN(bytes, n);
        while (win_words_next(&words, &piece, &word) == WIN_WORDS_ONE)
            heard(h, &word);
        SetEvent(h->heard);
    }
    ExitProcess(0); // with the service
}

// Not before the service asks does it read anything: most sessions are not in use.
static void
list(Helper *h)
{
    win_environment_renew();
    if (!h->catalog)
        h->catalog = win_catalog_new(WIN_MENU_USERS, &events, h);
    win_catalog_collect(h->catalog);
}

static void
take_heard(Helper *h)
{
    EnterCriticalSection(&h->guard);
    if (h->list)
        list(h);
    for (unsigned i = 0; i < h->wanted && h->catalog; i++)
        win_catalog_want(h->catalog, h->wants[i]);
    h->wanted = 0;
    h->list = false;
    LeaveCriticalSection(&h->guard);
}

static void
report(Helper *h)
{
    uint8_t now[WIN_HELPER_REPORT_SIZE];
    WinHelperReport seen;

    win_helper_look(&seen);
    win_helper_report_encode(&seen, now);
    if (memcmp(now, h->told, sizeof now) == 0)
        return;
    memcpy(h->told, now, sizeof now);
    say(h, WIN_WORD_REPORT, CHAN_SPAN(now, sizeof now));
}

// Until the service said something, the menu changed, or it is time.
static void
wait_for(Helper *h, DWORD timeout)
{
    HANDLE handles[WIN_CATALOG_HANDLES_MAX + 1];
    unsigned n = h->catalog ? win_catalog_handles(h->catalog, handles) : 0;

    handles[n] = h->heard;
    DWORD which = WaitForMultipleObjects(n + 1, handles, FALSE, timeout) - WAIT_OBJECT_0;
    if (which >= n)
        return;
    win_environment_renew();
    win_catalog_changed(h->catalog, which);
}

int
win_helper(void)
{
    Helper *h = win_alloc(sizeof *h);

    // What lies on a drive that is not there is nothing to ask the user about.
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    InitializeCriticalSection(&h->guard);
    h->wants = win_alloc(WIN_WANTS_MAX * sizeof *h->wants);
    h->heard = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!h->heard || FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)) || !win_icon_init() ||
        !CreateThread(NULL, 0, hear, h, 0, NULL))
        return 1;
    for (;;) {
        take_heard(h);
        report(h);
        DWORD next = h->catalog ? win_catalog_run(h->catalog, false, 0) : INFINITE;
        flush(h);
        if (h->catalog)
            win_catalog_look(h->catalog);
        wait_for(h, next < LOOK_MS ? next : LOOK_MS);
    }
}
