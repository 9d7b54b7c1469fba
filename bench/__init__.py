"""What is measured, against what, on one machine in one run: ``./run bench``."""
