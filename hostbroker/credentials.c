// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/credentials.h"

#include "hostbroker/error.h"

#include <string.h>

void
broker_credentials_wipe(char *take_text)
{
    if (!take_text)
        return;
    explicit_bzero(take_text, strlen(take_text));
    g_free(take_text);
}

static gboolean
check(const char *what, const char *text, GError **error)
{
    gsize n = strlen(text);
    const char *why = n == 0                             ? "is empty"
                      : n > BROKER_CREDENTIAL_MAX        ? "is too long"
                      : !g_utf8_validate(text, -1, NULL) ? "is no UTF-8"
                                                         : NULL;

    if (!why)
        return TRUE;
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "The %s %s", what, why);
    return FALSE;
}

BrokerCredentials *
broker_credentials_new(const char *user, const char *password, GError **error)
{
    const char *backslash = strchr(user, '\\');

    if (!check("user name", backslash ? backslash + 1 : user, error) ||
        !check("user name", user, error) || !check("password", password, error))
        return NULL;
    BrokerCredentials *c = g_new0(BrokerCredentials, 1);
    c->user = g_strdup(user);
    c->password = g_strdup(password);
    // ".\NAME" is an account of the machine itself. NAME@DOMAIN stays whole ([MS-NLMP] 3.1.5.1).
    c->name = g_strdup(backslash ? backslash + 1 : user);
    c->domain = backslash ? g_strndup(user, (gsize)(backslash - user)) : g_strdup("");
    return c;
}

BrokerCredentials *
broker_credentials_copy(const BrokerCredentials *credentials)
{
    return credentials ? broker_credentials_new(credentials->user, credentials->password, NULL)
                       : NULL;
}

void
broker_credentials_free(BrokerCredentials *c)
{
    if (!c)
        return;
    g_free(c->user);
    g_free(c->name);
    g_free(c->domain);
    broker_credentials_wipe(c->password);
    g_free(c);
}
