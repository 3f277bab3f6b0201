// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/service_control.h"

#include "guestagent/win32/account.h"
#include "guestagent/win32/service.h"

#include <stdio.h>

// SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, which winsvc.h has only for Vista and later.
#define FAILURE_ACTIONS_FLAG 4
typedef struct {
    BOOL on_errors;
} FailureActionsFlag;

#define PATIENCE_MS 5000
#define POLL_MS 50
#define RESTART_MS 2000
#define FORGET_FAILURES_S 3600
#define NOT_ADMINISTRATOR 3

static int
fail(const char *what)
{
    DWORD error = GetLastError();

    if (error == ERROR_ACCESS_DENIED || !win_account_is_administrator()) {
        fprintf(stderr, "casement-agent: cannot %s the service: run this as administrator\n", what);
        return NOT_ADMINISTRATOR;
    }
    if (error == ERROR_SERVICE_DOES_NOT_EXIST)
        fprintf(stderr,
                "casement-agent: cannot %s the service: it is not installed; run "
                "casement-agent service install\n",
                what);
    else
        fprintf(stderr, "casement-agent: cannot %s the service (error %lu)\n", what, error);
    return 1;
}

// The service, with its manager to be closed. NULL: GetLastError.
static SC_HANDLE
open_service(SC_HANDLE *manager, DWORD access)
{
    *manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    if (!*manager)
        return NULL;
    SC_HANDLE service = OpenServiceW(*manager, WIN_SERVICE_NAME, access);
    DWORD error = GetLastError();
    if (!service)
        CloseServiceHandle(*manager);
    SetLastError(error);
    return service;
}

static bool
await(SC_HANDLE service, DWORD state)
{
    SERVICE_STATUS status = {0};

    for (DWORD waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
        if (!QueryServiceStatus(service, &status))
            return false;
        if (status.dwCurrentState == state)
            return true;
        Sleep(POLL_MS);
    }
    SetLastError(ERROR_SERVICE_REQUEST_TIMEOUT);
    return false;
}

// Somebody else had it stop: it takes no controls any more.
static bool
is_stopping(SC_HANDLE service)
{
    SERVICE_STATUS status = {0};
    bool yes =
        QueryServiceStatus(service, &status) &&
        (status.dwCurrentState == SERVICE_STOP_PENDING || status.dwCurrentState == SERVICE_STOPPED);

    SetLastError(ERROR_SERVICE_CANNOT_ACCEPT_CTRL);
    return yes;
}

static bool
stop(SC_HANDLE service)
{
    SERVICE_STATUS status;

    if (!ControlService(service, SERVICE_CONTROL_STOP, &status)) {
        DWORD error = GetLastError();
        if (error != ERROR_SERVICE_NOT_ACTIVE &&
            !(error == ERROR_SERVICE_CANNOT_ACCEPT_CTRL && is_stopping(service)))
            return false;
    }
    return await(service, SERVICE_STOPPED);
}

// Quoted: a path with spaces must not be taken for a program and its arguments.
static bool
command_line(WCHAR *line, size_t room)
{
    WCHAR path[MAX_PATH];
    DWORD n = GetModuleFileNameW(NULL, path, MAX_PATH);

    return n > 0 && n < MAX_PATH && _snwprintf(line, room, L"\"%ls\" service run", path) > 0;
}

static void
describe(SC_HANDLE service)
{
    static WCHAR text[] = L"Lets a Casement host show this guest's programs as its own windows.";
    SERVICE_DESCRIPTIONW description = {.lpDescription = text};
    SC_ACTION again[3] = {{SC_ACTION_RESTART, RESTART_MS},
                          {SC_ACTION_RESTART, RESTART_MS},
                          {SC_ACTION_RESTART, RESTART_MS}};
    SERVICE_FAILURE_ACTIONSW failure = {
        .dwResetPeriod = FORGET_FAILURES_S, .cActions = 3, .lpsaActions = again};
    FailureActionsFlag also_errors = {TRUE};

    ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description);
    ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure);
    // Also when it ends with an error, not only when it crashes. XP does not know this.
    ChangeServiceConfig2W(service, FAILURE_ACTIONS_FLAG, &also_errors);
}

int
win_service_install(void)
{
    WCHAR line[MAX_PATH + 32];
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE);

    if (!manager || !command_line(line, MAX_PATH + 32))
        return fail("install");
    SC_HANDLE service = CreateServiceW(
        manager, WIN_SERVICE_NAME, L"Casement agent", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
        SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, line, NULL, NULL, NULL, NULL, NULL);
    if (!service && GetLastError() == ERROR_SERVICE_EXISTS) {
        // An update: the program may be in another place now.
        service = OpenServiceW(manager, WIN_SERVICE_NAME, SERVICE_ALL_ACCESS);
        if (service &&
            !ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_AUTO_START, SERVICE_NO_CHANGE,
                                  line, NULL, NULL, NULL, NULL, NULL, NULL))
            return fail("change");
    }
    if (!service)
        return fail("install");
    describe(service);
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return 0;
}

int
win_service_remove(void)
{
    SC_HANDLE manager,
        service = open_service(&manager, SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE);

    if (!service)
        return GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST ? 0 : fail("remove");
    int code = 0;
    if (!stop(service))
        code = fail("stop");
    if (!DeleteService(service) && GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE)
        code = fail("remove");
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return code;
}

int
win_service_start(void)
{
    SC_HANDLE manager, service = open_service(&manager, SERVICE_START | SERVICE_QUERY_STATUS);

    if (!service)
        return fail("start");
    bool ok =
        (StartServiceW(service, 0, NULL) || GetLastError() == ERROR_SERVICE_ALREADY_RUNNING) &&
        await(service, SERVICE_RUNNING);
    int code = ok ? 0 : fail("start");
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return code;
}

int
win_service_stop(void)
{
    SC_HANDLE manager, service = open_service(&manager, SERVICE_STOP | SERVICE_QUERY_STATUS);

    if (!service)
        return fail("stop");
    int code = stop(service) ? 0 : fail("stop");
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return code;
}
