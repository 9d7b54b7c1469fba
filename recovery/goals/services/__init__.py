"""Writes of the goals area, one module per matter."""
