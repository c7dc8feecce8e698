"""The conversation laboratory: scripted calls.

In: scenarios as YAML. Out: a simulated caller on the line, checks with the moment that failed,
figures, JUnit and HTML.
"""
