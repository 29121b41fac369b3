"""What a class is handed, and books for a reader on a train, made from the built site."""
