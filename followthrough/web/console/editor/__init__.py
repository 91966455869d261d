"""The map editor: a draft as a board, and its parts as forms that save themselves."""
