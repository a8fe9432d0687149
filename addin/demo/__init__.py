"""The demo: a working day, and a month of refunds, played through the same presses that people use."""
