// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/keyring.h"

#include <libsecret/secret.h>

#define GUEST "guest"
#define USER "user"

static const SecretSchema schema = {
    .name = "org.casement.Guest",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{GUEST, SECRET_SCHEMA_ATTRIBUTE_STRING}, {USER, SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

typedef struct {
    char *guest, *label;
    BrokerCredentials *credentials; // to store
    GCancellable *cancel;
    BrokerKeyringFound found;
    BrokerKeyringDone done;
    gpointer user;
} Job;

static void
job_free(Job *job)
{
    g_free(job->guest);
    g_free(job->label);
    broker_credentials_free(job->credentials);
    g_clear_object(&job->cancel);
    g_free(job);
}

static Job *
job_new(const char *guest, GCancellable *cancel, gpointer user)
{
    Job *job = g_new0(Job, 1);

    job->guest = g_strdup(guest);
    job->cancel = cancel ? g_object_ref(cancel) : NULL;
    job->user = user;
    return job;
}

static void
answer(Job *job, const GError *error)
{
    if (job->done && !g_cancellable_is_cancelled(job->cancel))
        job->done(error, job->user);
    job_free(job);
}

// ---- find

static void
answer_found(Job *job, const BrokerCredentials *credentials, const GError *error)
{
    if (!g_cancellable_is_cancelled(job->cancel))
        job->found(credentials, error, job->user);
    job_free(job);
}

static BrokerCredentials *
read_item(SecretRetrievable *item, SecretValue *value)
{
    g_autoptr(GHashTable) attributes = secret_retrievable_get_attributes(item);
    const char *user = attributes ? g_hash_table_lookup(attributes, USER) : NULL;
    const char *password = value ? secret_value_get_text(value) : NULL;

    return user && password ? broker_credentials_new(user, password, NULL) : NULL;
}

static void
on_retrieved(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    SecretRetrievable *item = SECRET_RETRIEVABLE(source);
    SecretValue *value = secret_retrievable_retrieve_secret_finish(item, result, &error);
    g_autoptr(BrokerCredentials) credentials = error ? NULL : read_item(item, value);

    if (value)
        secret_value_unref(value);
    answer_found(user, credentials, error);
}

static void
on_searched(GObject *source, GAsyncResult *result, gpointer user)
{
    Job *job = user;
    g_autoptr(GError) error = NULL;
    GList *items = secret_password_search_finish(result, &error);

    if (items)
        secret_retrievable_retrieve_secret(items->data, job->cancel, on_retrieved, job);
    else
        answer_found(job, NULL, error);
    g_list_free_full(items, g_object_unref);
}

void
broker_keyring_find(const char *guest, GCancellable *cancel, BrokerKeyringFound found,
                    gpointer user)
{
    Job *job = job_new(guest, cancel, user);

    job->found = found;
    secret_password_search(&schema, SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS, cancel,
                           on_searched, job, GUEST, guest, NULL);
}

// ---- store and forget

static void
on_stored(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;

    secret_password_store_finish(result, &error);
    answer(user, error);
}

static void
on_cleared(GObject *source, GAsyncResult *result, gpointer user)
{
    Job *job = user;
    g_autoptr(GError) error = NULL;

    secret_password_clear_finish(result, &error);
    if (error || !job->credentials)
        answer(job, error);
    else
        secret_password_store(&schema, SECRET_COLLECTION_DEFAULT, job->label,
                              job->credentials->password, job->cancel, on_stored, job, GUEST,
                              job->guest, USER, job->credentials->user, NULL);
}

void
broker_keyring_store(const char *guest, const char *label, const BrokerCredentials *credentials,
                     GCancellable *cancel, BrokerKeyringDone done, gpointer user)
{
    Job *job = job_new(guest, cancel, user);

    job->label = g_strdup(label);
    job->credentials = broker_credentials_copy(credentials);
    job->done = done;
    // Also an item of another user: there is one for each guest.
    secret_password_clear(&schema, job->cancel, on_cleared, job, GUEST, guest, NULL);
}

void
broker_keyring_forget(const char *guest, BrokerKeyringDone done, gpointer user)
{
    Job *job = job_new(guest, NULL, user);

    job->done = done;
    secret_password_clear(&schema, job->cancel, on_cleared, job, GUEST, guest, NULL);
}
