# The RDP half: a library of its own for the tests, and the program.
# libfreerdp below 3.11 sends no window orders (window_orders_send.h).
if(FREERDP_freerdp3_VERSION VERSION_LESS 3.11)
  set(remoteapp_window_orders window_orders_encode.c)
else()
  set(remoteapp_window_orders window_orders_library.c)
endif()

# Values in, values out: neither library nor display.
add_library(remoteapp_pure STATIC arguments.c bands.c clip_form.c clip_text.c coding.c layout.c monitors.c pace.c rail_pdu.c
            rows.c scancode.c sound_pdu.c tile_coder.c tile_scroll.c tile_shadow.c video_plan.c)
target_link_libraries(remoteapp_pure PUBLIC channel PkgConfig::GLIB PRIVATE PkgConfig::LZ4)

add_library(remoteapp_rdp STATIC certificate.c certificate_maker.c clip_channel.c display.c exec.c graphics.c icon_cache.c
            encoder.c input_path.c link.c listener.c microphone.c microphone_source.c peer.c pixel_path.c pixel_streams.c pixel_tiles.c planar.c pointer.c rail.c read_ahead.c recorder.c remote_input.c server.c sound.c tile_video.c tray_client.c trial.c vchannel.c video_encoder.c
            window_channel.c window_orders.c ${remoteapp_window_orders} windows.c)
# The guest's tray, of its session bus: neither RDP nor display.
add_library(remoteapp_status STATIC tray/balloons.c tray/item.c tray/menu.c tray/picture.c tray/watcher.c)
target_link_libraries(remoteapp_status PUBLIC agent_icons channel_glib PkgConfig::GLIB)

target_link_libraries(remoteapp_rdp PUBLIC remoteapp_pure remoteapp_status remoteapp_x11 channel_glib channel_sound
                      PkgConfig::FREERDP_SERVER PkgConfig::FREERDP PkgConfig::PULSE
                      PkgConfig::AVCODEC PkgConfig::OPENSSL)

add_executable(casement-remoteapp main.c)
target_link_libraries(casement-remoteapp PRIVATE remoteapp_rdp)
install(TARGETS casement-remoteapp DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/casement)
