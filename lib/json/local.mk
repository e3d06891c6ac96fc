# Text out: the only place that knows JSON's syntax. Names of fields stand in the shape tables beside each parser.
lib_libvpntriage_a_SOURCES += \
	%D%/config_model.c %D%/config_model.h \
	%D%/configuration.c %D%/configuration.h \
	%D%/diagnosis.c %D%/diagnosis.h \
	%D%/finding.c %D%/finding.h \
	%D%/shape.c %D%/shape.h \
	%D%/writer.c %D%/writer.h
