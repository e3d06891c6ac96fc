# What `./bootstrap demo` runs.
EXTRA_DIST += %D%/run
