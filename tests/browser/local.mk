# The page in a browser: a gate of its own (.ci/run browser), since Chromium is no package that building needs.
EXTRA_DIST += %D%/run
