"""Fuzzing of what strangers send: queries, report parameters, Accept headers, Turtle."""
