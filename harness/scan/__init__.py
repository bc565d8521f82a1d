"""What is plugged into this computer: USB devices, ports and probes, which board each is, and who uses it."""
