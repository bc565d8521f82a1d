"""Stand-ins for hardware that speak its real protocols and say that they are stand-ins. Nothing here runs unasked."""
