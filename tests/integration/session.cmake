# casement-session as a program, its other ends played by the test.
add_library(session_harness STATIC session_harness.c)
target_link_libraries(session_harness PUBLIC channel viewproto PkgConfig::GLIB)

casement_test(session_refused SOURCES session_refused.c LIBS session_harness TIMEOUT 120)
add_dependencies(session_refused casement-session)

# With a double of a Windows' Remote Desktop.
casement_test(session_sign_in SOURCES session_sign_in.c LIBS session_harness termservice_rig TIMEOUT 180)
add_dependencies(session_sign_in casement-session termservice)

# With a real guest.
add_library(session_guest STATIC session_guest.c)
target_link_libraries(session_guest PUBLIC session_harness)
add_executable(session_painter session_painter.c)
target_link_libraries(session_painter PRIVATE PkgConfig::X11)
casement_test(session_windows SOURCES session_windows.c LIBS session_guest TIMEOUT 180)
add_dependencies(session_windows casement-session casement-supervisor casement-remoteapp session_painter)

casement_test(session_input SOURCES session_input.c LIBS session_guest TIMEOUT 120)
add_dependencies(session_input casement-session casement-supervisor casement-remoteapp session_painter)

casement_test(session_sandbox_test SOURCES session_sandbox_test.c LIBS session_sandbox)
if(CASEMENT_SANITIZE OR CASEMENT_FUZZ)
  target_compile_definitions(session_sandbox_test PRIVATE SANITIZED=1)
endif()

add_library(session_relay STATIC session_relay.c)
target_link_libraries(session_relay PUBLIC PkgConfig::GLIB)
casement_test(session_hostile SOURCES session_hostile.c LIBS session_guest session_relay TIMEOUT 120)
add_dependencies(session_hostile casement-session casement-supervisor casement-remoteapp session_painter)
add_library(session_carrier STATIC session_carrier.c)
target_link_libraries(session_carrier PUBLIC PkgConfig::GLIB)
casement_test(session_stream SOURCES session_stream.c LIBS session_guest session_relay session_carrier TIMEOUT 120)
add_dependencies(session_stream casement-session casement-supervisor casement-remoteapp session_painter)
add_executable(session_player session_player.c)
target_link_libraries(session_player PRIVATE PkgConfig::X11)
casement_test(session_video SOURCES session_video.c LIBS session_guest session_relay session_carrier TIMEOUT 240)
add_dependencies(session_video casement-session casement-supervisor casement-remoteapp session_player)
