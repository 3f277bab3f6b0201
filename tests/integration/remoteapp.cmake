# The X11 half: windows, pixels, input, clipboard.
add_library(desktop_harness STATIC desktop_harness.c)
target_link_libraries(desktop_harness PUBLIC remoteapp_x11 PkgConfig::GLIB PkgConfig::X11)
casement_test(desktop_windows SOURCES desktop_windows.c LIBS desktop_harness)
