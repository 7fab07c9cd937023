"""Measurements, each beside something bare in the same run. `make bench` runs all, ONLY=name one."""
