# casementd. Everything but main is a library, for the tests.
set(dbus_c ${CMAKE_CURRENT_BINARY_DIR}/dbus.c)
set(dbus_h ${CMAKE_CURRENT_BINARY_DIR}/dbus.h)
set(dbus_xml ${CMAKE_SOURCE_DIR}/packaging/dbus/org.casement.Broker1.xml)
foreach(part header body)
  if(part STREQUAL header)
    set(out ${dbus_h})
  else()
    set(out ${dbus_c})
  endif()
  add_custom_command(OUTPUT ${out}
    COMMAND ${GDBUS_CODEGEN} --interface-prefix org.casement. --c-namespace BrokerDbus
      --c-generate-autocleanup all --${part} --output ${out} ${dbus_xml}
    DEPENDS ${dbus_xml} VERBATIM)
endforeach()

add_library(broker_dbus STATIC ${dbus_c} ${dbus_h})
target_compile_options(broker_dbus PRIVATE -w) # generated
target_link_libraries(broker_dbus PUBLIC PkgConfig::GLIB)
# Included as "hostbroker/dbus.h".
target_include_directories(broker_dbus INTERFACE ${CMAKE_BINARY_DIR})

add_library(broker STATIC
  backoff.c
  broker.c
  config.c
  config_edit.c
  config_value.c
  control_listener.c
  control_setup.c
  credentials.c
  desktop.c
  desktop_size.c
  document_copy.c
  documents.c
  embedded.c
  error.c
  exec_queue.c
  forward.c
  guest.c
  guest_channel.c
  guest_message.c
  guest_people.c
  guest_state.c
  guest_watch.c
  host.c
  joint.c
  keyfile.c
  keyring.c
  kind_command.c
  kind_local.c
  kind_sandbox.c
  kind_socket.c
  kind_vsock.c
  launch.c
  link.c
  markup.c
  microphone.c
  notification_file.c
  notifications.c
  notify.c
  pinentry.c
  process.c
  remains.c
  sandbox.c
  seccomp.c
  session.c
  session_adopt.c
  session_place.c
  session_programs.c
  session_sign_in.c
  session_shown.c
  session_pixels.c
  session_watch.c
  session_yield.c
  sign_in.c
  state_file.c
  status.c
  status_item.c status_menu.c
  tcp_peer.c
  tray.c
  unix_socket.c
  waiters.c
  window_list.c)
target_link_libraries(broker PUBLIC broker_publish channel channel_glib PkgConfig::GLIB
  PRIVATE PkgConfig::SECCOMP PkgConfig::SECRET)
file(RELATIVE_PATH to_bin ${CMAKE_INSTALL_FULL_LIBEXECDIR}/casement ${CMAKE_INSTALL_FULL_BINDIR})
set_property(SOURCE host.c APPEND PROPERTY COMPILE_DEFINITIONS
  CASEMENT_TO_BINDIR="${to_bin}"
  CASEMENT_LIBEXECDIR="${CMAKE_INSTALL_FULL_LIBEXECDIR}/casement"
  CASEMENT_BINDIR="${CMAKE_INSTALL_FULL_BINDIR}")
set_property(SOURCE status.c APPEND PROPERTY COMPILE_DEFINITIONS
  CASEMENT_FREERDP_VERSION="${FREERDP_freerdp3_VERSION}")

add_executable(casementd main.c service.c)
target_link_libraries(casementd PRIVATE broker broker_dbus)
install(TARGETS casementd DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/casement)

# Activation: from the build tree with XDG_DATA_DIRS=build/PRESET/share, and installed.
set(service_in ${CMAKE_SOURCE_DIR}/packaging/dbus/org.casement.Broker1.service.in)
set(CASEMENTD ${CMAKE_BINARY_DIR}/bin/casementd)
set(SYSTEMD_SERVICE "")
configure_file(${service_in} ${CMAKE_BINARY_DIR}/share/dbus-1/services/org.casement.Broker1.service @ONLY)
# Which prefix it is, is said when it is installed (cmake --install DIR --prefix PREFIX).
install(CODE "
  get_filename_component(CASEMENTD \"${CMAKE_INSTALL_LIBEXECDIR}/casement/casementd\" ABSOLUTE
    BASE_DIR \"\${CMAKE_INSTALL_PREFIX}\")
  set(SYSTEMD_SERVICE SystemdService=casementd.service)
  configure_file(\"${CMAKE_SOURCE_DIR}/packaging/systemd/casementd.service.in\"
    \"${CMAKE_CURRENT_BINARY_DIR}/casementd.service\" @ONLY)
  configure_file(\"${service_in}\"
    \"${CMAKE_CURRENT_BINARY_DIR}/org.casement.Broker1.service\" @ONLY)")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/casementd.service DESTINATION lib/systemd/user)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/org.casement.Broker1.service
  DESTINATION ${CMAKE_INSTALL_DATADIR}/dbus-1/services)
