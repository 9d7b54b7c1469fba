"""Writes of the ownership area, one module per matter."""
