# The X11 half: the parts that know no X11.
casement_test(desktop_rects SOURCES desktop_rects.c LIBS remoteapp_x11)
casement_test(desktop_icons SOURCES desktop_icons.c LIBS remoteapp_x11)
casement_test(desktop_identity SOURCES desktop_identity.c LIBS remoteapp_x11)
