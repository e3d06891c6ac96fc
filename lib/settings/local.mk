lib_libvpntriage_a_SOURCES += \
	%D%/schema.c %D%/schema.h \
	%D%/settings.c %D%/settings.h
