# What the programs share and the library must not have: the outside world, a little at a time.
noinst_LIBRARIES += common/libvtcommon.a
common_libvtcommon_a_SOURCES = \
	%D%/exit_code.h \
	%D%/read_file.c %D%/read_file.h
# To link before VPNTRIAGE_LIBS.
COMMON_LIBS = common/libvtcommon.a
