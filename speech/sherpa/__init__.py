"""Ears on the CPU: a streaming transducer under sherpa-onnx, English and Chinese.

In: 16 kHz audio of one caller. Out: words with times, in stretches. The model's weights are shared
by all calls; a call's state is one stream per stretch.
"""
