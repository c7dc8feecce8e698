"""Behaviours, one file each: a look at the scene, and a proposal or nothing.

``ORDER`` in ``system1.arbiter`` says who wins when several propose.
"""
