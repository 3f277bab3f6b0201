casement_test(test_launcher SOURCES test_launcher.c LIBS launcher)
