"""Boards that several people and computers share, through a labgrid coordinator."""
