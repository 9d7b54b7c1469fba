"""What is mine: taken along, brought in, erased."""
