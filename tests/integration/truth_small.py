# SPDX-License-Identifier: MIT
"""The API against the simulator's model: four devices for a few seconds."""

import truth

truth.run("small", 4)
