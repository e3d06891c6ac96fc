lib_libvtstore_a_SOURCES += \
	%D%/configuration.c \
	%D%/db.h \
	%D%/fields.c \
	%D%/folded.h \
	%D%/history.c \
	%D%/migrate.c \
	%D%/pack.c %D%/pack.h \
	%D%/read.c \
	%D%/retain.c \
	%D%/store.c %D%/store.h \
	%D%/units.h \
	%D%/write.c
