# see lib/README.md
