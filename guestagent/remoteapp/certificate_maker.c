// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/certificate_maker.h"

struct RaCertificateMaker {
    char *directory;
    RaCertificateMade made;
    gpointer user;
    gint stop;       // atomic
    GSource *ready;  // becomes due when the thread is done
    GThread *thread; // its result is the certificate
    GError *error;   // the thread's until it is joined
};

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    return callback(user);
}

static GSourceFuncs ready_functions = {.dispatch = dispatch};

static gpointer
run(gpointer user)
{
    RaCertificateMaker *maker = user;
    RaCertificate *certificate = ra_certificate_new(maker->directory, &maker->stop, &maker->error);
    g_source_set_ready_time(maker->ready, 0);
    return certificate;
}

static gboolean
on_ready(gpointer user)
{
    RaCertificateMaker *maker = user;
    RaCertificate *certificate = g_thread_join(g_steal_pointer(&maker->thread));
    maker->made(certificate, maker->error, maker->user);
    return G_SOURCE_REMOVE;
}

RaCertificateMaker *
ra_certificate_maker_new(GMainContext *context, const char *directory, RaCertificateMade made,
                         gpointer user)
{
    RaCertificateMaker *maker = g_new0(RaCertificateMaker, 1);
    maker->directory = g_strdup(directory);
    maker->made = made;
    maker->user = user;
    maker->ready = g_source_new(&ready_functions, sizeof *maker->ready);
    g_source_set_static_name(maker->ready, "certificate");
    g_source_set_callback(maker->ready, on_ready, maker, NULL);
    g_source_attach(maker->ready, context);
    maker->thread = g_thread_new("certificate", run, maker);
    return maker;
}

void
ra_certificate_maker_free(RaCertificateMaker *maker)
{
    if (maker == NULL)
        return;
    g_atomic_int_set(&maker->stop, 1);
    if (maker->thread != NULL)
        ra_certificate_free(g_thread_join(maker->thread));
    g_source_destroy(maker->ready);
    g_source_unref(maker->ready);
    g_clear_error(&maker->error);
    g_free(maker->directory);
    g_free(maker);
}
