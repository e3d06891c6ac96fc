lib_libvpntriage_a_SOURCES += \
	%D%/settings.h
