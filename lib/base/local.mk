lib_libvpntriage_a_SOURCES += \
	%D%/addr.c %D%/addr.h \
	%D%/arena.c %D%/arena.h \
	%D%/buf.c %D%/buf.h \
	%D%/hash.h \
	%D%/lines.h \
	%D%/map.c %D%/map.h \
	%D%/memory.c %D%/memory.h \
	%D%/scan.h \
	%D%/shape.c %D%/shape.h \
	%D%/status.c %D%/status.h \
	%D%/str.h \
	%D%/timefmt.c %D%/timefmt.h \
	%D%/utf8.h
