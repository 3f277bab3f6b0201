# The X11 half: windows, pixels, input, clipboard.
add_library(desktop_harness STATIC desktop_harness.c)
target_link_libraries(desktop_harness PUBLIC remoteapp_x11 PkgConfig::GLIB PkgConfig::X11)
casement_test(desktop_windows SOURCES desktop_windows.c LIBS desktop_harness)
casement_test(desktop_minimize SOURCES desktop_minimize.c LIBS desktop_harness)
casement_test(desktop_places SOURCES desktop_places.c LIBS desktop_harness)
casement_test(desktop_focus SOURCES desktop_focus.c LIBS desktop_harness)
casement_test(desktop_lock SOURCES desktop_lock.c LIBS desktop_harness)
casement_test(desktop_workspaces SOURCES desktop_workspaces.c LIBS desktop_harness)
casement_test(desktop_damage SOURCES desktop_damage.c LIBS desktop_harness)
casement_test(desktop_frames SOURCES desktop_frames.c LIBS desktop_harness)
casement_test(desktop_clipboard SOURCES desktop_clipboard.c LIBS desktop_harness TIMEOUT 240)
casement_test(desktop_programs SOURCES desktop_programs.c LIBS desktop_harness)
casement_test(desktop_hostile SOURCES desktop_hostile.c LIBS desktop_harness)
casement_test(desktop_ibus SOURCES desktop_ibus.c LIBS desktop_harness)
# On Xvfb (XTEST, one size), and on Xorg with the dummy driver where there is one.
foreach(test desktop_input desktop_screen)
  casement_test(${test} SOURCES ${test}.c LIBS desktop_harness)
  add_test(NAME ${test}_xorg COMMAND ${test} xorg)
  casement_test_properties(${test}_xorg)
  set_tests_properties(${test}_xorg PROPERTIES SKIP_RETURN_CODE 77)
endforeach()

# The RDP half: the program, seen by a RemoteApp client.
add_library(remoteapp_rig STATIC remoteapp_client.c remoteapp_ear.c remoteapp_rig.c)
target_link_libraries(remoteapp_rig PUBLIC PkgConfig::FREERDP_CLIENT PkgConfig::FREERDP
                      PkgConfig::GLIB PkgConfig::X11)
casement_test(remoteapp_serve SOURCES remoteapp_serve.c LIBS remoteapp_rig TIMEOUT 180)
add_dependencies(remoteapp_serve casement-remoteapp)
casement_test(remoteapp_sound SOURCES remoteapp_sound.c LIBS remoteapp_rig m TIMEOUT 90)
add_dependencies(remoteapp_sound casement-remoteapp)
# Loaded into a program that is not ours: none of our flags, sanitizers least of all.
add_library(xfreerdp_lock MODULE xfreerdp_lock.c)
target_link_libraries(xfreerdp_lock PRIVATE ${CMAKE_DL_LIBS})
set_target_properties(xfreerdp_lock PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin
                      COMPILE_OPTIONS "-Wall;-Wextra" LINK_OPTIONS "")
casement_script_test(remoteapp_xfreerdp
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/remoteapp_xfreerdp.py ${CMAKE_BINARY_DIR}
  TIMEOUT 180)
