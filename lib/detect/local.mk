# From samples and pairs of samples to what they mean.
lib_libvpntriage_a_SOURCES += \
	%D%/loss.c %D%/loss.h \
	%D%/spis.c %D%/spis.h
