# Facts of one tunnel in, a verdict with its evidence out.
lib_libvpntriage_a_SOURCES += \
	%D%/catalogue.c %D%/catalogue.h %D%/catalogue_rows.h \
	%D%/diagnose.c \
	%D%/facts.c %D%/facts.h \
	%D%/gather.c %D%/gather.h \
	%D%/log_signs.c %D%/log_signs.h \
	%D%/report.h \
	%D%/report_text.c \
	%D%/rules.h \
	%D%/rules_config.c \
	%D%/rules_device.c \
	%D%/rules_flapping.c \
	%D%/rules_log.c \
	%D%/rules_phase1.c \
	%D%/rules_phase2.c \
	%D%/rules_traffic.c
