// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/service.h"

#include "guestagent/win32/serve.h"
#include "guestagent/win32/service_control.h"

#include <stdio.h>
#include <windows.h>

#define STOPS_WITHIN_MS 2000

static struct {
    SERVICE_STATUS_HANDLE handle;
    HANDLE stop, user_changed, lock_changed, resumed;
    CRITICAL_SECTION guard; // of locks: Windows tells on a thread of its own
    WinLocks locks;
} service;

static void
copy_locks(WinLocks *copy)
{
    EnterCriticalSection(&service.guard);
    *copy = service.locks;
    LeaveCriticalSection(&service.guard);
}

static void
on_session_change(DWORD code, const WTSSESSION_NOTIFICATION *change)
{
    EnterCriticalSection(&service.guard);
    win_locks_heard(&service.locks, code, change->dwSessionId);
    LeaveCriticalSection(&service.guard);
    SetEvent(win_locks_only(code) ? service.lock_changed : service.user_changed);
}

static void
tell(DWORD state, DWORD error)
{
    SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
                             .dwCurrentState = state,
                             .dwControlsAccepted =
                                 state != SERVICE_RUNNING
                                     ? 0
                                     : SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN |
                                           SERVICE_ACCEPT_POWEREVENT | SERVICE_ACCEPT_SESSIONCHANGE,
                             .dwWin32ExitCode = error,
                             .dwWaitHint = state == SERVICE_STOP_PENDING ? STOPS_WITHIN_MS : 0};

    SetServiceStatus(service.handle, &status);
}

static DWORD WINAPI
on_control(DWORD control, DWORD kind, LPVOID data, LPVOID context)
{
    switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        tell(SERVICE_STOP_PENDING, NO_ERROR);
        SetEvent(service.stop);
        return NO_ERROR;
    case SERVICE_CONTROL_SESSIONCHANGE:
        on_session_change(kind, data);
        return NO_ERROR;
    case SERVICE_CONTROL_POWEREVENT:
        if (kind == PBT_APMRESUMEAUTOMATIC || kind == PBT_APMRESUMECRITICAL)
            SetEvent(service.resumed);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void WINAPI
service_main(DWORD argc, LPWSTR *argv)
{
    service.stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    service.user_changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    service.lock_changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    service.resumed = CreateEventW(NULL, FALSE, FALSE, NULL);
    InitializeCriticalSection(&service.guard);
    service.handle = RegisterServiceCtrlHandlerExW(WIN_SERVICE_NAME, on_control, NULL);
    if (!service.handle || !service.stop || !service.user_changed || !service.lock_changed ||
        !service.resumed)
        return;
    tell(SERVICE_RUNNING, NO_ERROR);
    WinServe serve = {.stop = service.stop,
                      .user_changed = service.user_changed,
                      .lock_changed = service.lock_changed,
                      .locks = copy_locks,
                      .resumed = service.resumed};
    int failed = win_serve(&serve);
    tell(SERVICE_STOPPED, failed ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR);
}

static int
run(void)
{
    static WCHAR name[] = WIN_SERVICE_NAME;
    SERVICE_TABLE_ENTRYW table[] = {{name, service_main}, {NULL, NULL}};

    if (StartServiceCtrlDispatcherW(table))
        return 0;
    fprintf(stderr, "casement-agent: \"service run\" is for Windows only; use \"service start\"\n");
    return 1;
}

int
win_service(int argc, WCHAR **argv)
{
    static const struct {
        const WCHAR *verb;
        int (*act)(void);
    } verbs[] = {{L"install", win_service_install},
                 {L"remove", win_service_remove},
                 {L"start", win_service_start},
                 {L"stop", win_service_stop},
                 {L"run", run}};

    for (unsigned i = 0; argc == 1 && i < sizeof verbs / sizeof verbs[0]; i++)
        if (lstrcmpW(argv[0], verbs[i].verb) == 0)
            return verbs[i].act();
    fprintf(stderr, "usage: casement-agent service install|remove|start|stop\n");
    return 2;
}
