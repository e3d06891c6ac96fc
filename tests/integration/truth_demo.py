# SPDX-License-Identifier: MIT
"""The API against the simulator's model: all 24 devices of the demonstration, with its faults."""

import truth

truth.run("demo", 10)
