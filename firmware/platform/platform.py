from platformio.public import PlatformBase


class TinyhilPlatform(PlatformBase):
    """PlatformIO finds the class by the platform's name; all the work is in builder/main.py."""
