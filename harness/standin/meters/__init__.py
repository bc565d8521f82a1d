"""Players of power meters: each speaks its meter's protocol and says that it is a stand-in."""
