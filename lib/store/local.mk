lib_libvtstore_a_SOURCES += \
	%D%/store.h
