casement_fuzz(fuzz_channel_frame SOURCES channel_frame.c LIBS channel)
casement_fuzz(fuzz_channel_messages SOURCES channel_messages.c LIBS channel)
casement_fuzz(fuzz_channel_control SOURCES channel_control.c LIBS channel)
casement_fuzz(fuzz_channel_conn SOURCES channel_conn.c LIBS channel)
