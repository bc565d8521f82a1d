"""Read a `.tflite`, say what it costs and whether it fits, convert and run it on this computer."""
