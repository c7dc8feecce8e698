"""A client of the OpenAI Realtime protocol: a model that hears the caller and answers in sound.

OpenAI's own server speaks it, and with few differences Qwen-Omni, GLM, unmute and others. Who has
the floor, when the caller has finished, and what was heard of an answer is said from here: the
server's own turn detection is switched off.
"""
