// SPDX-License-Identifier: Apache-2.0
#pragma once

// The PDUs of the RAIL channel ([MS-RDPERP] 2.2.2) that a server reads and writes. Bytes in, values
// out; no library, no state.

#include "channel/span.h"

#include <stdbool.h>
#include <stdint.h>

#define RA_RAIL_PDU_MAX 2048 // of what is written here

typedef enum {
    RA_RAIL_EXEC = 0x01,
    RA_RAIL_ACTIVATE = 0x02,
    RA_RAIL_SYSPARAM = 0x03,
    RA_RAIL_SYSCOMMAND = 0x04,
    RA_RAIL_HANDSHAKE = 0x05,
    RA_RAIL_NOTIFY_EVENT = 0x06,
    RA_RAIL_WINDOW_MOVE = 0x08,
    RA_RAIL_LOCAL_MOVE_SIZE = 0x09,
    RA_RAIL_MIN_MAX_INFO = 0x0A,
    RA_RAIL_CLIENT_STATUS = 0x0B,
    RA_RAIL_SYSMENU = 0x0C,
    RA_RAIL_LANGBAR_INFO = 0x0D,
    RA_RAIL_GET_APPID_REQ = 0x0E,
    RA_RAIL_GET_APPID_RESP = 0x0F,
    RA_RAIL_HANDSHAKE_EX = 0x13,
    RA_RAIL_CLOAK = 0x15,
    RA_RAIL_SNAP_ARRANGE = 0x17,
    RA_RAIL_GET_APPID_RESP_EX = 0x18,
    RA_RAIL_EXEC_RESULT = 0x80,
} RaRailType;

typedef struct {
    int left, top, right, bottom; // right and bottom are exclusive
} RaRailRect;

// What a client sent. Which members are set depends on type; the others are 0.
typedef struct {
    uint16_t type;
    uint32_t window_id;
    uint32_t flags; // CLIENT_STATUS; EXEC: its flags; NOTIFY_EVENT: the icon's id
    // HANDSHAKE: build; SYSCOMMAND: command; SYSPARAM: parameter; ACTIVATE: enabled;
    // NOTIFY_EVENT: message
    uint32_t value;
    RaRailRect rect; // WINDOW_MOVE, SNAP_ARRANGE; SYSPARAM with a rectangle; SYSMENU: left, top
    bool has_rect;
    // EXEC, UTF-16LE without terminator, borrowed from the PDU
    ChanSpan untrusted_program, untrusted_directory, untrusted_arguments;
} RaRailMessage;

// False for a PDU that is cut short or lies about its lengths. A type that is not known here is
// read as its type alone, with success. An orderLength that leaves out its own header is tolerated.
bool ra_rail_read(ChanSpan untrusted_pdu, RaRailMessage *message);

typedef struct {
    uint32_t window_id;
    bool start;
    uint16_t kind; // RAIL_WMSZ_*
    int16_t x, y;
} RaRailMoveSize;

typedef struct {
    uint32_t window_id;
    int16_t max_width, max_height, max_x, max_y; // when maximised
    int16_t min_track_width, min_track_height, max_track_width, max_track_height;
} RaRailMinMax;

// Each writes one PDU of at most RA_RAIL_PDU_MAX bytes into buffer and returns its size.
size_t ra_rail_write_handshake_ex(uint8_t *buffer, uint32_t build, uint32_t flags);
size_t ra_rail_write_move_size(uint8_t *buffer, const RaRailMoveSize *move);
size_t ra_rail_write_min_max(uint8_t *buffer, const RaRailMinMax *info);

// program: as the client sent it (1…520 bytes of UTF-16LE).
size_t ra_rail_write_exec_result(uint8_t *buffer, uint16_t flags, uint16_t result, uint32_t raw,
                                 ChanSpan program);

// app_id: UTF-8, cut to what fits into 259 UTF-16 units.
size_t ra_rail_write_app_id(uint8_t *buffer, uint32_t window_id, const char *app_id);
size_t ra_rail_write_app_id_ex(uint8_t *buffer, uint32_t window_id, const char *app_id,
                               uint32_t pid, const char *image);
