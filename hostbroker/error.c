// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/error.h"

static const GDBusErrorEntry entries[] = {
    {BROKER_ERROR_FAILED, "org.casement.Error.Failed"},
    {BROKER_ERROR_INVALID_ARGUMENT, "org.casement.Error.InvalidArgument"},
    {BROKER_ERROR_NO_SUCH_GUEST, "org.casement.Error.NoSuchGuest"},
    {BROKER_ERROR_NO_SUCH_APP, "org.casement.Error.NoSuchApp"},
    {BROKER_ERROR_GUEST_FAILED, "org.casement.Error.GuestFailed"},
    {BROKER_ERROR_NOT_ALLOWED, "org.casement.Error.NotAllowed"},
    {BROKER_ERROR_NOT_SUPPORTED, "org.casement.Error.NotSupported"},
    {BROKER_ERROR_BUSY, "org.casement.Error.Busy"},
    {BROKER_ERROR_TIMEOUT, "org.casement.Error.Timeout"},
    {BROKER_ERROR_SIGN_IN, "org.casement.Error.SignIn"},
    {BROKER_ERROR_PROGRAM_ENDED, "org.casement.Error.ProgramEnded"},
};

GQuark
broker_error_quark(void)
{
    static gsize quark;

    g_dbus_error_register_error_domain("casement-broker-error", &quark, entries,
                                       G_N_ELEMENTS(entries));
    return (GQuark)quark;
}

GError *
broker_error_for_bus(const GError *error)
{
    if (error->domain == BROKER_ERROR)
        return g_error_copy(error);
    return g_error_new_literal(BROKER_ERROR, BROKER_ERROR_FAILED, error->message);
}
