// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helper.h"

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

static DWORD WINAPI
end_with_service(void *unused)
{
    DWORD n;
    char byte;

    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &n, NULL) && n > 0)
        ;
    ExitProcess(0);
}

int
win_helper(void)
{
    uint8_t told[WIN_HELPER_REPORT_SIZE] = {0}, now[WIN_HELPER_REPORT_SIZE];
    HANDLE thread = CreateThread(NULL, 0, end_with_service, NULL, 0, NULL);
    DWORD n;

    if (!thread)
        return 1;
    for (;; Sleep(LOOK_MS)) {
        WinHelperReport report;
        win_helper_look(&report);
        win_helper_report_encode(&report, now);
        if (memcmp(now, told, sizeof now) == 0)
            continue;
        memcpy(told, now, sizeof told);
        if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), now, sizeof now, &n, NULL))
            return 0;
    }
}
