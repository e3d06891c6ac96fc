# SPDX-License-Identifier: MIT
"""The API against the simulator's model: old, odd and slow firewalls, and tunnels of every kind."""

import truth

truth.run("odd", 6)
