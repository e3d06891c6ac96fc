# Facts of one tunnel in, a verdict with its evidence out.
lib_libvpntriage_a_SOURCES += \
	%D%/catalogue.c %D%/catalogue.h %D%/catalogue_rows.h
