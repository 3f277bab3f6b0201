casement_test(publish_kill SOURCES publish_kill.c LIBS publish_feed TIMEOUT 300)
casement_test(publish_menu SOURCES publish_menu.c LIBS publish_feed)
casement_test(publish_types SOURCES publish_types.c LIBS publish_feed)
