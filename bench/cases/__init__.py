"""The cases, one a module: ``WHAT`` says what is measured against what, ``run`` measures."""
