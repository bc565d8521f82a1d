"""Hardware-in-the-loop tests and benchmarks for machine learning on microcontrollers."""

__version__ = "0.1.0"
