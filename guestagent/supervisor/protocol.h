// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the guest's supervisor is asked by its children, casement-agent and casement-remoteapp, over
// the SOCK_SEQPACKET socket $CASEMENT_GUEST_DIR/supervisor: programs are started by the supervisor,
// so that they outlive whoever asked. One message is one packet (channel/glib/packet.h) in the
// machine's byte order. All parties are inside one guest and trust each other.
//
// $CASEMENT_GUEST_DIR holds besides: rdp (SOCK_SEQPACKET of casement-remoteapp: one packet "RDP"
// with one descriptor, a connected RDP stream), agent (SOCK_STREAM: the channel, one peer at a
// time), input/ (Xorg's inputtest sockets: keyboard, pointer), pulse, bus, xorg.log, documents/.
// The supervisor sets for all children DISPLAY, XAUTHORITY, PULSE_SERVER, PULSE_SINK, PULSE_SOURCE,
// DBUS_SESSION_BUS_ADDRESS, CASEMENT_GUEST_DIR and CASEMENT_X ("xorg" or "xvfb").

#include <stdint.h>

#define SUPERVISOR_PACKET_MAX (64 * 1024)

// Of the guest's sound server: what programs record from, and where casement-remoteapp plays for
// it.
#define SUPERVISOR_MICROPHONE_SOURCE "microphone"
#define SUPERVISOR_MICROPHONE_SINK "for-microphone"

typedef enum {
    SUPERVISOR_LAUNCH = 1,   // child → supervisor
    SUPERVISOR_LAUNCHED = 2, // answer, to the asker
    SUPERVISOR_ENDED = 3,    // to every child connected: a program that was launched ended
    SUPERVISOR_SERVICE = 4,  // to every child: "rdp" is available or not (remoteapp is up or down)
    SUPERVISOR_SHUTDOWN = 5, // child → supervisor: end the guest
} SupervisorType;

typedef enum { SUPERVISOR_APP = 1, SUPERVISOR_COMMAND = 2 } SupervisorKind;

typedef struct {
    uint32_t type, size; // of the packet
    uint32_t serial;
    uint32_t kind;         // SupervisorKind
    uint32_t input_method; // 1: casement-remoteapp is one, which the program is to take
    char program[1024];    // .desktop id without suffix (or "id:action"), or the command
    char directory[1024];  // or empty: the home
    char startup_id[256];  // for DESKTOP_STARTUP_ID and XDG_ACTIVATION_TOKEN, or empty
    // arguments, each with its NUL: files for an application
} SupervisorLaunch;

typedef enum {
    SUPERVISOR_OK = 0,
    SUPERVISOR_NOT_FOUND = 1,
    SUPERVISOR_FAILED = 2,
} SupervisorResult;

typedef struct {
    uint32_t type, size;
    uint32_t serial;
    uint32_t result; // SupervisorResult
    uint32_t pid;    // 0 when the program was started over D-Bus
    uint32_t reserved;
    char reason[512];
} SupervisorLaunched;

typedef struct {
    uint32_t type, size;
    uint32_t pid;
    int32_t status; // exit code, or minus the signal
    char program[1024];
    uint32_t kind; // SupervisorKind it was started as
    uint32_t reserved;
    char output[1024]; // path of the file that has what it said, or empty
} SupervisorEnded;

typedef struct {
    uint32_t type, size;
    uint32_t available;
    uint32_t failing; // not available, and not soon: it failed again and again, or is not started
    char name[64];
    char reason[512];
} SupervisorService;
