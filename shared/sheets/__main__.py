"""Reads one file, in a process of its own."""

from shared.sheets.reading import main

main()
