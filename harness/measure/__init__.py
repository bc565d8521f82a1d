"""Accuracy and timing runs on a started device."""
