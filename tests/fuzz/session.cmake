# What a guest may send, up to what the view is told.
add_library(picky_view STATIC picky_view.c)
target_link_libraries(picky_view PUBLIC viewproto)
casement_fuzz(fuzz_model SOURCES fuzz_model.c LIBS session_pure picky_view)
casement_fuzz(fuzz_session SOURCES fuzz_session.c hostile_graphics.c hostile_orders.c hostile_rail.c
  LIBS session_core picky_view)
casement_fuzz(fuzz_desktop SOURCES fuzz_desktop.c LIBS session_pure)
casement_fuzz(fuzz_clip SOURCES fuzz_clip.c LIBS session_pure)
casement_fuzz(fuzz_tiles SOURCES fuzz_tiles.c LIBS session_core)
