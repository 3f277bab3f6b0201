// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/server_pid.h"

#include <stdlib.h>

xcb_res_query_client_ids_cookie_t
ra_server_pid_ask(xcb_connection_t *xcb, xcb_window_t window)
{
    xcb_res_client_id_spec_t spec = {window, XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID};

    return xcb_res_query_client_ids(xcb, 1, &spec);
}

guint32
ra_server_pid_take(xcb_connection_t *xcb, xcb_res_query_client_ids_cookie_t cookie)
{
    guint32 pid = 0;
    xcb_generic_error_t *failure = NULL;
    xcb_res_query_client_ids_reply_t *reply = xcb_res_query_client_ids_reply(xcb, cookie, &failure);
    free(failure);
    if (!reply)
        return 0;
    xcb_res_client_id_value_iterator_t it = xcb_res_query_client_ids_ids_iterator(reply);
    for (; it.rem > 0; xcb_res_client_id_value_next(&it)) {
        if ((it.data->spec.mask & XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID) &&
            xcb_res_client_id_value_value_length(it.data) >= 1)
            pid = xcb_res_client_id_value_value(it.data)[0];
    }
    free(reply);
    return pid;
}
