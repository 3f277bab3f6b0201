# What knows neither FreeRDP nor GLib, for tests and fuzzers too.
add_library(session_pure STATIC
  clipimage.c cliptext.c damage.c desktop.c dib.c execline.c frame.c icon.c microphone.c model.c monitors.c present.c properties.c region.c scale.c scancode.c sps.c style.c surface.c touch.c)
target_link_libraries(session_pure PUBLIC channel viewproto PRIVATE PkgConfig::PNG)

add_library(session_tile STATIC tile.c)
target_link_libraries(session_tile PUBLIC session_pure PRIVATE PkgConfig::LZ4)

add_library(session_apps STATIC apps.c asks.c tray.c)
target_link_libraries(session_apps PUBLIC channel channel_glib viewproto PkgConfig::GLIB)

add_library(session_sandbox STATIC sandbox.c)
target_link_libraries(session_sandbox PUBLIC PkgConfig::SECCOMP)
if(CASEMENT_SANITIZE OR CASEMENT_FUZZ)
  target_compile_definitions(session_sandbox PRIVATE BRIDGE_SANITIZED=1)
endif()

# All of it but the process, which a fuzzer is itself.
add_library(session_core STATIC
  certificate.c classic.c clipboard.c clipboard_guest.c clipchannel.c clipconvert.c control.c cursor.c display.c execs.c graphics.c input.c microphone_channel.c orders.c pixel_path.c pixel_stream.c
  processors.c rail.c rdp.c refusal.c session.c session_broker.c session_desktop.c session_input.c session_pace.c session_pixels.c session_screen.c session_view.c session_workspaces.c settings.c sound.c stream_video.c touch_channel.c transport.c video.c viewlink.c watchdog.c
  window_channel.c)
target_link_libraries(session_core PUBLIC
  session_pure session_tile session_apps clip_feed channel_glib PkgConfig::GLIB PkgConfig::FREERDP PkgConfig::FREERDP_CLIENT)
add_executable(casement-session main.c)
target_link_libraries(casement-session PRIVATE session_core session_sandbox)
if(CASEMENT_SANITIZE OR CASEMENT_FUZZ)
  target_compile_definitions(casement-session PRIVATE BRIDGE_SANITIZED=1)
endif()
install(TARGETS casement-session DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/casement)
