# SPDX-License-Identifier: MIT
"""What vpntriaged costs with a simulated fleet: CPU time by the scheduler's own account, polls by the API's."""

import os
import tempfile
import time

from fleet import Fleet


def world_of(devices, tunnels, selectors):
    """The path of a world of equal devices: `tunnels` to foreign peers on each, `selectors` in each tunnel."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False, encoding="utf-8") as world:
        world.write(f"world: bench\nseed: 5\ngenerate: {{ devices: {devices}, per_device: {tunnels}, "
                    f"selectors: {selectors}, foreign_percent: 100 }}\n")
    return world.name


def cpu_s(pid):
    """CPU seconds of a process and its threads, to the nanosecond; a thread that has ended is not in it."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


def rss_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Cost:
    """Polls, CPU and bytes between two moments, and the memory at the second."""

    def __init__(self, fleet, seconds):
        pid = fleet.processes["vpntriaged"].child.pid
        devices = fleet.items("devices?limit=500")
        polls, nbytes, cpu = self.sums(devices) + (cpu_s(pid),)
        time.sleep(seconds)
        devices = fleet.items("devices?limit=500")
        self.cpu_s = cpu_s(pid) - cpu
        self.rss_mb = rss_mb(pid)
        later = self.sums(devices)
        self.polls = later[0] - polls
        self.bytes = later[1] - nbytes
        assert self.polls > 0, "no device was polled"
        assert all(device["state"] == "ok" for device in devices), "a device is not well"

    @staticmethod
    def sums(devices):
        return sum(d["polls"] for d in devices), sum(d["cost"]["bytes"] for d in devices)

    @property
    def ms_a_poll(self):
        return self.cpu_s / self.polls * 1000

    @property
    def kb_a_poll(self):
        return self.bytes / self.polls / 1000


def measure(devices, tunnels, selectors, every, seconds, with_fleet=None, sessions_every=None):
    """Polled `every`, the sessions at their own cadence where one is given. `with_fleet`, when given, is called with the running fleet afterwards; answers (cost, what it answered)."""
    world = world_of(devices, tunnels, selectors)
    try:
        with Fleet(world, settings=f"poll: {{ sa: {every}, sessions: {sessions_every or every}, facts: 1d }}") as fleet:
            fleet.start()
            fleet.wait_for("every device has been polled", lambda: fleet.polled() == devices, 120)
            cost = Cost(fleet, seconds)
            return cost, with_fleet(fleet) if with_fleet else None
    finally:
        os.unlink(world)
