"""Power meters: one module per kind, behind the small ABC of `base`."""
