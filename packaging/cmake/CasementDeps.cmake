# The libraries, as imported targets; README says why each is there.
macro(casement_dep name)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${ARGN})
endmacro()

casement_dep(GLIB glib-2.0>=2.74 gobject-2.0 gio-2.0 gio-unix-2.0)
casement_dep(X11 x11 x11-xcb xcb xcb-shm xcb-res xext xcomposite xdamage xfixes xrender xi xrandr xtst xkbfile)
casement_dep(FREERDP freerdp3>=3.10 winpr3)
casement_dep(FREERDP_CLIENT freerdp-client3)
casement_dep(FREERDP_SERVER freerdp-server3)
casement_dep(PULSE libpulse libpulse-mainloop-glib)
casement_dep(PNG libpng)
casement_dep(PIXBUF gdk-pixbuf-2.0)
casement_dep(SECCOMP libseccomp)
casement_dep(OPENSSL openssl)
find_program(GDBUS_CODEGEN gdbus-codegen REQUIRED)

# FreeRDP and winpr headers are not clean under the project's warnings.
foreach(t FREERDP FREERDP_CLIENT FREERDP_SERVER)
  get_target_property(_inc PkgConfig::${t} INTERFACE_INCLUDE_DIRECTORIES)
  if(_inc)
    set_target_properties(PkgConfig::${t} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_inc}")
  endif()
endforeach()
