"""The policy's section ``engines``: the settings of the speech engines, one file each.

What comes out is ``settings.Engines``. ``speech.terms`` says, by protocols of its own, what the
engines read of them.
"""
