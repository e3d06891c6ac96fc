# tests/integration: the programs as they ship, against simulated firewalls.

TESTS += tests/integration/demo.py
dist_check_SCRIPTS += tests/integration/demo.py

# The session against one misbehaving device at a time.
TESTS += tests/integration/session_quirks.py
dist_check_SCRIPTS += tests/integration/session_quirks.py

# The simulated fleet in front of clients nobody here wrote.
dist_check_SCRIPTS += \
	tests/integration/asasim_netmiko.py \
	tests/integration/asasim_openssh.sh
TESTS += \
	tests/integration/asasim_netmiko.py \
	tests/integration/asasim_openssh.sh

# The daemon against the simulator's own model.
EXTRA_DIST += tests/integration/truth.py
TESTS += tests/integration/truth_small.py tests/integration/truth_odd.py tests/integration/truth_demo.py
dist_check_SCRIPTS += tests/integration/truth_small.py tests/integration/truth_odd.py tests/integration/truth_demo.py

# The session against the simulated fleet, a switch a device.
TESTS += tests/integration/session_asasim.py
dist_check_SCRIPTS += tests/integration/session_asasim.py

# The daemon when things go wrong, and over its life.
TESTS += tests/integration/daemon_events.py tests/integration/daemon_faults.py tests/integration/daemon_life.py
dist_check_SCRIPTS += tests/integration/daemon_events.py tests/integration/daemon_faults.py tests/integration/daemon_life.py

# What the configurations show, from the firewall to the command line.
TESTS += tests/integration/findings.py
dist_check_SCRIPTS += tests/integration/findings.py

# vpntriage-web over a database without a fleet: what it answers, what it refuses, and under load.
TESTS += \
	tests/integration/api_answers.py \
	tests/integration/api_metrics.py \
	tests/integration/api_parallel.py \
	tests/integration/api_refusals.py
dist_check_SCRIPTS += \
	tests/integration/api_answers.py \
	tests/integration/api_metrics.py \
	tests/integration/api_parallel.py \
	tests/integration/api_refusals.py

# The command line as a client of it.
TESTS += tests/integration/cli_online.py
dist_check_SCRIPTS += tests/integration/cli_online.py

# The command line on configurations in files.
TESTS += tests/integration/lint_files.py
dist_check_SCRIPTS += tests/integration/lint_files.py

# Both ends of a tunnel beside each other.
TESTS += tests/integration/ends.py
dist_check_SCRIPTS += tests/integration/ends.py
