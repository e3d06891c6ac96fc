lib_libvpntriage_a_SOURCES += \
	%D%/config.h \
	%D%/diff.c %D%/diff.h \
	%D%/expected.c %D%/finding.h \
	%D%/lint.c %D%/lint.h %D%/linter.h \
	%D%/lint_box.c \
	%D%/lint_maps.c \
	%D%/lint_traffic.c \
	%D%/net.c \
	%D%/pair.c %D%/pair.h \
	%D%/pair_compare.c \
	%D%/pair_live.c \
	%D%/pairing.h \
	%D%/read.c %D%/reader.h \
	%D%/read_acl.c \
	%D%/read_crypto.c \
	%D%/read_groups.c \
	%D%/read_nat.c \
	%D%/read_objects.c \
	%D%/redact.c %D%/redact.h \
	%D%/resolve.c %D%/resolve.h \
	%D%/routing.c %D%/routing.h \
	%D%/sheet.c %D%/sheet.h
