"""The blast-radius guard: what one cause would send in a burst waits until somebody decides."""
