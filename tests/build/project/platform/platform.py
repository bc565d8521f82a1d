from platformio.public import PlatformBase


class ScratchPlatform(PlatformBase):
    """PlatformIO finds the class by the platform's name."""
