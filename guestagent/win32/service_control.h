// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an administrator does to the service (service.h). Each returns the process's exit code.

int win_service_install(void); // starts with Windows, and again when it fails; not yet now
int win_service_remove(void);  // stops it first
int win_service_start(void);
int win_service_stop(void); // returns when it has stopped
