"""Part of the build: its content counts."""
