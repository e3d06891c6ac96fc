lib_libvpntriage_a_SOURCES += \
	%D%/reduce.h \
	%D%/rows.c %D%/rows.h \
	%D%/snapshot.h
