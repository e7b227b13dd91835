"""The import path of the first Loom's helpers; new code does not belong here."""
