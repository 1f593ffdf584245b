"""The parts of the window. Views show records and say what was asked for; operations do it."""
