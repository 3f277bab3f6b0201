// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/sign_in.h"

#include "channel/glib/timer.h"
#include "hostbroker/desktop.h"
#include "hostbroker/error.h"
#include "hostbroker/keyring.h"
#include "hostbroker/pinentry.h"

#include <stdbool.h>

#define TRIES 3
#define KEYRING_LIMIT_MS (300 * 1000) // for a person who is asked to open it

struct BrokerSignIn {
    const BrokerHost *host;
    const char *name;
    char *suggested;          // a user
    BrokerCredentials *known; // what will be, or was, used
    bool in_keyring;          // known is what the keyring has
    bool keyring_wrong;       // what the keyring has was refused
    bool proved;              // known let us in
    guint refusals;           // in a row
    char *failure;            // the last refusal, for the next question

    GCancellable *cancel; // of get
    char **environment;
    BrokerPinentry *pinentry;
    GSource *soon;
    BrokerSignInDone done;
    gpointer user;
    GCancellable *life;
};

BrokerSignIn *
broker_sign_in_new(const BrokerHost *host, const char *name)
{
    BrokerSignIn *s = g_new0(BrokerSignIn, 1);

    s->host = host;
    s->name = name;
    s->life = g_cancellable_new();
    return s;
}

void
broker_sign_in_cancel(BrokerSignIn *s)
{
    s->done = NULL;
    if (s->cancel)
        g_cancellable_cancel(s->cancel);
    g_clear_object(&s->cancel);
    g_clear_pointer(&s->pinentry, broker_pinentry_free);
    g_clear_pointer(&s->environment, g_strfreev);
    chan_timer_clear(&s->soon);
}

void
broker_sign_in_free(BrokerSignIn *s)
{
    if (!s)
        return;
    broker_sign_in_cancel(s);
    g_cancellable_cancel(s->life);
    g_object_unref(s->life);
    broker_credentials_free(s->known);
    g_free(s->suggested);
    g_free(s->failure);
    g_free(s);
}

void
broker_sign_in_suggest(BrokerSignIn *s, const char *user)
{
    g_free(s->suggested);
    s->suggested = user && *user ? g_strdup(user) : NULL;
}

const char *
broker_sign_in_user(const BrokerSignIn *s)
{
    return s->known ? s->known->user : s->suggested ? s->suggested : "";
}

gboolean
broker_sign_in_asking(const BrokerSignIn *s)
{
    return s->done != NULL;
}

static void
know(BrokerSignIn *s, BrokerCredentials *take_credentials, bool in_keyring)
{
    broker_credentials_free(s->known);
    s->known = take_credentials;
    s->in_keyring = in_keyring;
    s->proved = false;
}

// ---- get

static void
answer(BrokerSignIn *s, const GError *error)
{
    BrokerSignInDone done = s->done;
    gpointer user = s->user;

    broker_sign_in_cancel(s);
    done(error ? NULL : s->known, error, user);
}

static void
answer_without(BrokerSignIn *s, int code, const char *why)
{
    g_autoptr(GError) error =
        g_error_new(BROKER_ERROR, code,
                    "Guest %s asks who signs in: %s. `casement guest login %s` keeps a name and "
                    "password for it",
                    s->name, s->failure ? s->failure : why, s->name);

    answer(s, error);
}

static const char *
likely_user(const BrokerSignIn *s)
{
    return s->known ? s->known->user : s->suggested;
}

static void
on_password(const char *password, const GError *error, gpointer user)
{
    BrokerSignIn *s = user;
    g_autoptr(GError) wrong = NULL;

    if (error) {
        g_clear_pointer(&s->failure, g_free);
        answer_without(s, error->code, error->message);
        return;
    }
    BrokerCredentials *credentials = broker_credentials_new(likely_user(s), password, &wrong);
    if (!credentials) {
        g_clear_pointer(&s->failure, g_free);
        answer_without(s, wrong->code, wrong->message);
        return;
    }
    know(s, credentials, false);
    answer(s, NULL);
}

static void
ask(BrokerSignIn *s)
{
    const char *who = likely_user(s);
    g_autoptr(GError) error = NULL;

    if (!who) {
        answer_without(s, BROKER_ERROR_SIGN_IN, "no user is known for it");
        return;
    }
    if (!s->environment || !broker_desktop_display((const char *const *)s->environment)) {
        answer_without(s, BROKER_ERROR_SIGN_IN,
                       "no password is known for it, and there is no display to ask for it on");
        return;
    }
    g_autofree char *description =
        g_strdup_printf("Password of %s on guest %s.\n\nAnother user: casement guest login %s", who,
                        s->name, s->name);
    BrokerPinentryAsk what = {.environment = (const char *const *)s->environment,
                              .title = "Casement",
                              .description = description,
                              .prompt = "Password:",
                              .failure = s->failure};
    s->pinentry = broker_pinentry_new(s->host, &what, on_password, s, &error);
    if (!s->pinentry)
        answer_without(s, BROKER_ERROR_NOT_SUPPORTED, error->message);
}

static void
on_found(const BrokerCredentials *credentials, const GError *error, gpointer user)
{
    BrokerSignIn *s = user;

    chan_timer_clear(&s->soon);
    // A keyring that stays closed, or that is not there, is no more than one that has nothing.
    if (error)
        g_debug("guest %s: the keyring: %s", s->name, error->message);
    if (!credentials) {
        ask(s);
        return;
    }
    know(s, broker_credentials_copy(credentials), true);
    answer(s, NULL);
}

static gboolean
on_keyring_late(gpointer user)
{
    BrokerSignIn *s = user;

    chan_timer_clear(&s->soon);
    g_cancellable_cancel(s->cancel);
    g_object_unref(s->cancel);
    s->cancel = g_cancellable_new();
    ask(s);
    return G_SOURCE_REMOVE;
}

static gboolean
on_soon(gpointer user)
{
    BrokerSignIn *s = user;

    chan_timer_clear(&s->soon);
    if (s->known && !s->failure)
        answer(s, NULL);
    else if (s->keyring_wrong || s->failure)
        ask(s);
    else {
        s->soon = chan_timer_new(s->host->context, KEYRING_LIMIT_MS, on_keyring_late, s);
        broker_keyring_find(s->name, s->cancel, on_found, s);
    }
    return G_SOURCE_REMOVE;
}

void
broker_sign_in_get(BrokerSignIn *s, const char *const *environment, BrokerSignInDone done,
                   gpointer user)
{
    g_assert(!s->done);
    s->done = done;
    s->user = user;
    s->cancel = g_cancellable_new();
    s->environment = g_strdupv((char **)environment);
    s->soon = chan_timer_new(s->host->context, 0, on_soon, s);
}

// ---- what came of it

static void
on_stored(const GError *error, gpointer user)
{
    BrokerSignIn *s = user;

    s->in_keyring = !error;
    if (error)
        g_message("guest %s: its password is not kept beyond this session: %s", s->name,
                  error->message);
}

static char *
label_of(const BrokerSignIn *s)
{
    return g_strdup_printf("Casement: %s on guest %s", s->known->user, s->name);
}

void
broker_sign_in_accepted(BrokerSignIn *s)
{
    s->refusals = 0;
    g_clear_pointer(&s->failure, g_free);
    if (!s->known || s->proved)
        return;
    s->proved = true;
    s->keyring_wrong = false;
    if (s->in_keyring)
        return;
    g_autofree char *label = label_of(s);
    broker_keyring_store(s->name, label, s->known, s->life, on_stored, s);
}

gboolean
broker_sign_in_refused(BrokerSignIn *s, gboolean again, const char *text)
{
    g_free(s->failure);
    s->failure = again ? g_strdup(text) : NULL;
    if (!again)
        return FALSE;
    s->keyring_wrong |= s->in_keyring;
    s->refusals++;
    if (s->refusals < TRIES)
        return TRUE;
    s->refusals = 0;
    return FALSE;
}

// ---- beforehand

typedef struct {
    BrokerSignIn *sign_in;
    GCancellable *life; // of sign_in
    BrokerSignInKept done;
    gpointer user;
} Keeping;

// Who asked gets an answer also when the guest has gone meanwhile.
static void
keeping_answer(Keeping *k, const GError *error)
{
    k->done(!error, NULL, k->user);
    g_object_unref(k->life);
    g_free(k);
}

static void
on_kept(const GError *error, gpointer user)
{
    Keeping *k = user;

    if (!g_cancellable_is_cancelled(k->life))
        on_stored(error, k->sign_in);
    keeping_answer(k, error);
}

static Keeping *
keeping_new(BrokerSignIn *s, BrokerSignInKept done, gpointer user)
{
    Keeping *k = g_new0(Keeping, 1);

    *k = (Keeping){s, g_object_ref(s->life), done, user};
    g_clear_pointer(&s->failure, g_free);
    s->refusals = 0;
    return k;
}

void
broker_sign_in_set(BrokerSignIn *s, BrokerCredentials *take_credentials, BrokerSignInKept done,
                   gpointer user)
{
    know(s, take_credentials, false);
    s->keyring_wrong = false;
    g_autofree char *label = label_of(s);
    broker_keyring_store(s->name, label, s->known, NULL, on_kept, keeping_new(s, done, user));
    if (s->done) // a launch waits for just this
        answer(s, NULL);
}

static void
on_forgotten(const GError *error, gpointer user)
{
    keeping_answer(user, error);
}

void
broker_sign_in_forget(BrokerSignIn *s, BrokerSignInKept done, gpointer user)
{
    know(s, NULL, false);
    s->keyring_wrong = false;
    broker_keyring_forget(s->name, on_forgotten, keeping_new(s, done, user));
}
