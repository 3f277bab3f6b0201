// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/double_client.h"

#include <freerdp/gdi/gdi.h>
#include <winpr/synch.h>

#define WAIT_US (10 * G_USEC_PER_SEC)
#define HANDLES_MAX 64
#define SLICE_MS 10 // what goes to a channel is only queued, and no handle tells of it

typedef struct {
    rdpContext base;
    DoubleClient *client;
} ClientContext;

static int
on_logon_error(freerdp *instance, UINT32 data, UINT32 type)
{
    DoubleClient *client = ((ClientContext *)instance->context)->client;
    client->logon_error = true;
    client->logon_data = data;
    client->logon_type = type;
    return 1;
}

static BOOL
on_pre_connect(freerdp *instance)
{
    double_remote_pre_connect(((ClientContext *)instance->context)->client->remote);
    return TRUE;
}

static BOOL
on_post_connect(freerdp *instance)
{
    if (!gdi_init(instance, PIXEL_FORMAT_BGRX32))
        return FALSE;
    double_remote_post_connect(((ClientContext *)instance->context)->client->remote);
    return TRUE;
}

static void
on_post_disconnect(freerdp *instance)
{
    gdi_free(instance);
}

static bool
set_account(rdpSettings *s, guint port, const char *user, const char *password)
{
    return freerdp_settings_set_string(s, FreeRDP_ServerHostname, "127.0.0.1") &&
           freerdp_settings_set_uint32(s, FreeRDP_ServerPort, port) &&
           freerdp_settings_set_string(s, FreeRDP_Username, user) &&
           freerdp_settings_set_string(s, FreeRDP_Password, password) &&
           freerdp_settings_set_string(s, FreeRDP_Domain, "") &&
           freerdp_settings_set_bool(s, FreeRDP_AutoLogonEnabled, TRUE) &&
           freerdp_settings_set_bool(s, FreeRDP_IgnoreCertificate, TRUE);
}

static bool
set_security(rdpSettings *s, ClientSecurity security)
{
    return freerdp_settings_set_bool(s, FreeRDP_NlaSecurity, security == CLIENT_NLA) &&
           freerdp_settings_set_bool(s, FreeRDP_TlsSecurity, security == CLIENT_TLS) &&
           freerdp_settings_set_bool(s, FreeRDP_RdpSecurity, security == CLIENT_RDP) &&
           freerdp_settings_set_bool(s, FreeRDP_UseRdpSecurityLayer, security == CLIENT_RDP) &&
           freerdp_settings_set_bool(s, FreeRDP_NegotiateSecurityLayer, TRUE);
}

DoubleClient *
double_client_new(guint port, ClientSecurity security, const char *user, const char *password)
{
    DoubleClient *client = g_new0(DoubleClient, 1);
    freerdp *instance = freerdp_new();
    instance->ContextSize = sizeof(ClientContext);
    instance->LogonErrorInfo = on_logon_error;
    instance->PreConnect = on_pre_connect;
    instance->PostConnect = on_post_connect;
    instance->PostDisconnect = on_post_disconnect;
    g_assert_true(freerdp_context_new(instance));
    ((ClientContext *)instance->context)->client = client;
    client->instance = instance;
    g_assert_true(set_account(instance->context->settings, port, user, password));
    g_assert_true(set_security(instance->context->settings, security));
    client->remote = double_remote_new(instance);
    double_remote_enter(client->remote);
    client->connected = freerdp_connect(instance);
    client->error = freerdp_get_last_error(instance->context);
    return client;
}

bool
double_client_wait(DoubleClient *client, bool (*done)(const DoubleClient *client))
{
    rdpContext *context = client->instance->context;
    gint64 deadline = g_get_monotonic_time() + WAIT_US;
    double_remote_enter(client->remote);
    while (!done(client)) {
        HANDLE handles[HANDLES_MAX];
        DWORD n = freerdp_get_event_handles(context, handles, HANDLES_MAX);
        if (n == 0 || g_get_monotonic_time() > deadline)
            return false;
        (void)WaitForMultipleObjects(n, handles, FALSE, SLICE_MS);
        if (!freerdp_check_event_handles(context)) {
            client->error = freerdp_get_last_error(context);
            return done(client);
        }
    }
    return true;
}

void
double_client_free(DoubleClient *client)
{
    double_remote_enter(client->remote);
    if (client->connected)
        (void)freerdp_disconnect(client->instance);
    freerdp_context_free(client->instance);
    freerdp_free(client->instance);
    double_remote_free(client->remote);
    g_free(client);
}
