# The X11 half: the parts that know no X11.
casement_test(desktop_rects SOURCES desktop_rects.c LIBS remoteapp_x11)
casement_test(desktop_icons SOURCES desktop_icons.c LIBS remoteapp_x11)
casement_test(desktop_balloon SOURCES desktop_balloon.c LIBS remoteapp_x11)
casement_test(desktop_identity SOURCES desktop_identity.c LIBS remoteapp_x11)
casement_test(remoteapp_method SOURCES remoteapp_method.c LIBS remoteapp_x11)
# The RDP half of casement-remoteapp: its codecs.
casement_test(remoteapp_pace SOURCES remoteapp_pace.c LIBS remoteapp_pure)
casement_test(remoteapp_values SOURCES remoteapp_values.c LIBS remoteapp_pure)
casement_test(remoteapp_pdu SOURCES remoteapp_pdu.c LIBS remoteapp_pure)
casement_test(remoteapp_planar SOURCES remoteapp_planar.c LIBS remoteapp_rdp)
casement_test(remoteapp_encoder SOURCES remoteapp_encoder.c LIBS remoteapp_rdp)
casement_test(remoteapp_orders SOURCES remoteapp_orders.c LIBS remoteapp_rdp)
if(FREERDP_freerdp3_VERSION VERSION_LESS 3.11)
  target_compile_definitions(remoteapp_orders PRIVATE REMOTEAPP_OWN_ORDERS)
endif()
casement_test(remoteapp_tray SOURCES remoteapp_tray.c LIBS remoteapp_status)
# Both ends of a stream of pixels.
casement_test(pixel_tiles SOURCES pixel_tiles.c LIBS remoteapp_rdp session_tile)
