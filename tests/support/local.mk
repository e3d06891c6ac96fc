# What the integration tests share: PYTHONPATH has this folder.
EXTRA_DIST += %D%/fleet.py %D%/tap.py
