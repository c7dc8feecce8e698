"""The laboratory: in which the figures of turn-taking are taken, and its numbers are fitted."""
